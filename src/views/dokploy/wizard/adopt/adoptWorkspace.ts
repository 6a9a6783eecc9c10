import * as vscode from 'vscode';
import type { Workspace } from '../../../../api/contract/dokploy.ts';
import { numberProblem } from '../../../creation/problems.ts';
import { Failure } from '../../../shared/errorView.ts';
import type { Session } from '../../../shared/session.ts';
import { reasonOf } from '../../../shared/sessionState.ts';
import { runWizard, type Step } from '../../../shared/wizard.ts';
import { askChoice } from '../../../shared/wizardInputs.ts';
import { whileWorking } from '../../progress.ts';
import { userProblem } from '../create/problems.ts';
import { askValue } from '../settings/askValue.ts';
import { privateKeyProblem } from './privateKey.ts';

interface Draft {
  user: string;
  /** Text of a private key; undefined: a new one is made. */
  privateKey: string | undefined;
  sshPort: number;
}

/** Has Devyard take care of a service that is there already: who logs in, and with which key. */
export async function adoptWorkspace(session: Session, service: Workspace): Promise<void> {
  const draft: Draft = { user: service.endpoint?.user ?? 'root', privateKey: undefined, sshPort: 22 };
  if (await runWizard(stepsOf(service, draft))) await adopt(session, service, draft);
}

function stepsOf({ name }: Workspace, draft: Draft): readonly Step[] {
  const { l10n } = vscode;
  const title = l10n.t('Adopt {0}', name);
  return [
    {
      id: 'user',
      ask: (place) =>
        askValue(
          { title, ...place },
          {
            value: draft.user,
            prompt: l10n.t('Who logs in over SSH? The container has to have that user, and an SSH server'),
            placeholder: l10n.t('For example: root'),
            problemOf: (value) => userProblem(value, l10n),
            take: (value) => {
              draft.user = value.trim();
            },
          },
        ),
    },
    {
      id: 'port',
      ask: (place) =>
        askValue(
          { title, ...place },
          {
            value: String(draft.sshPort),
            prompt: l10n.t('Port of its SSH server, inside the container'),
            placeholder: '22',
            problemOf: (value) =>
              value.trim() === '' ? l10n.t('Enter a number.') : numberProblem(value, 1, 65_535, l10n),
            take: (value) => {
              draft.sshPort = Number(value);
            },
          },
        ),
    },
    {
      id: 'key',
      ask: (place) => {
        const items = [
          {
            label: l10n.t('Make a New Key'),
            detail: l10n.t('You put its public line into authorized_keys of the container'),
            iconPath: new vscode.ThemeIcon('add'),
            existing: false,
          },
          {
            label: l10n.t('Use a Private Key…'),
            detail: l10n.t('A key that logs in already; Devyard keeps a copy that only you can read'),
            iconPath: new vscode.ThemeIcon('key'),
            existing: true,
          },
        ];
        return askChoice(
          { title, ...place },
          {
            items,
            active: items.find(({ existing }) => existing === (draft.privateKey !== undefined)),
            placeholder: l10n.t('With which key?'),
            accept: ({ existing }) => {
              draft.privateKey = existing ? (draft.privateKey ?? '') : undefined;
              return 'next';
            },
          },
        );
      },
    },
    {
      id: 'file',
      applies: () => draft.privateKey !== undefined,
      ask: async () => {
        const privateKey = await choosePrivateKey();
        if (privateKey === undefined) return 'back';
        draft.privateKey = privateKey;
        return 'next';
      },
    },
  ];
}

/** Asks until there is a file that may do; undefined when the person gave up. */
async function choosePrivateKey(): Promise<string | undefined> {
  const { l10n } = vscode;
  for (;;) {
    const chosen = await vscode.window.showOpenDialog({
      title: l10n.t('Private key that logs in'),
      openLabel: l10n.t('Use This Key'),
    });
    const [file] = chosen ?? [];
    if (file === undefined) return undefined;
    const text = await textOf(file);
    const problem = typeof text === 'string' ? privateKeyProblem(text, l10n) : text.problem;
    if (typeof text === 'string' && problem === undefined) return text;
    const again = l10n.t('Choose Another File…');
    const told = l10n.t('{0} cannot be used. {1}', file.fsPath, problem ?? '');
    if ((await vscode.window.showErrorMessage(told, { modal: true }, again)) !== again) return undefined;
  }
}

async function textOf(file: vscode.Uri): Promise<string | { readonly problem: string }> {
  const { l10n } = vscode;
  try {
    const { size } = await vscode.workspace.fs.stat(file);
    // Whatever it is, it need not be read to know that it is none.
    if (size > 1_000_000) return { problem: l10n.t('The file is too large for a private key.') };
    return Buffer.from(await vscode.workspace.fs.readFile(file)).toString();
  } catch (error) {
    return { problem: l10n.t('It cannot be read: {0}', reasonOf(error).message) };
  }
}

async function adopt(session: Session, { id, name }: Workspace, draft: Draft): Promise<void> {
  const { l10n } = vscode;
  const { user, privateKey, sshPort } = draft;
  let adopted: Workspace;
  try {
    adopted = await whileWorking(l10n.t('Adopting {0}', name), async ({ signal }) => {
      const { client } = await session.connect();
      const body = { user, sshPort, ...(privateKey === undefined ? {} : { privateKey }) };
      return await client.call('dokploy.adopt', { params: { id }, body }, { signal });
    });
  } catch (error) {
    throw new Failure(l10n.t('Could not adopt {0}', name), error, {
      workspaceId: id,
      retry: () => vscode.commands.executeCommand('devyard.dokploy.adopt', id),
    });
  }
  void (privateKey === undefined ? showPublicKey(adopted, user) : offerTerminal(adopted));
}

/** Nobody can log in before this line is where it belongs, so it is not to be missed. */
async function showPublicKey({ id, name, publicKey }: Workspace, user: string): Promise<void> {
  if (publicKey === null) return;
  const { l10n } = vscode;
  const [copy, openTerminal] = [l10n.t('Copy'), l10n.t('Open Terminal')];
  const message = l10n.t('Let the new key of {0} in', name);
  const detail = l10n.t('Add this line to ~/.ssh/authorized_keys of {0} in the container:\n\n{1}', user, publicKey);
  const chosen = await vscode.window.showInformationMessage(message, { modal: true, detail }, copy);
  if (chosen !== copy) return;
  await vscode.env.clipboard.writeText(publicKey);
  const then = l10n.t('Copied. When the line is in authorized_keys, {0} can be used.', name);
  if ((await vscode.window.showInformationMessage(then, openTerminal)) === openTerminal) {
    await vscode.commands.executeCommand('devyard.dokploy.openTerminal', id);
  }
}

async function offerTerminal({ id, name }: Workspace): Promise<void> {
  const { l10n } = vscode;
  const openTerminal = l10n.t('Open Terminal');
  const text = l10n.t('Devyard takes care of {0} now.', name);
  if ((await vscode.window.showInformationMessage(text, openTerminal)) === openTerminal) {
    await vscode.commands.executeCommand('devyard.dokploy.openTerminal', id);
  }
}
