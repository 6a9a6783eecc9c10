import * as vscode from 'vscode';
import type { DokployServer, TestedServer } from '../../../../api/contract/dokploy.ts';
import { askText } from '../../../shared/wizardInputs.ts';
import { askKey } from './askKey.ts';
import type { ServerKeys } from './keys.ts';
import type { ServerWork } from './serverWork.ts';
import { askAddress, tellTested } from './tested.ts';

interface EditItem extends vscode.QuickPickItem {
  readonly edit: (() => Promise<TestedServer | undefined>) | undefined;
}

/** Name, address, key and certificate of a server; what is changed is tried at once. */
export async function editServer(
  work: ServerWork,
  keys: ServerKeys,
  server: DokployServer,
  showError: (thrown: unknown) => void,
): Promise<void> {
  const { l10n } = vscode;
  const stored = await keys.keyOf(server.id);
  const item = (icon: string, label: string, description: string, edit: EditItem['edit']): EditItem => ({
    label,
    description,
    iconPath: new vscode.ThemeIcon(icon),
    edit,
  });
  const items: readonly EditItem[] = [
    item('tag', l10n.t('Name…'), server.name, undefined),
    item('globe', l10n.t('Address…'), server.url, () => askAddress(work, { server })),
    item('key', l10n.t('API Key…'), l10n.t('kept encrypted'), () => askKey(work, server)),
    ...(stored === undefined
      ? []
      : [
          item(
            'history',
            l10n.t('Hand Over the Key Again'),
            l10n.t('the one that this editor keeps, for a Devyard that lost its own'),
            () => work.change(server, { apiKey: stored }),
          ),
        ]),
    server.certificate === null
      ? item('shield', l10n.t('Certificate…'), l10n.t('checked as usual'), () => work.test(server))
      : item('shield', l10n.t('Certificate…'), l10n.t('only {0}', server.certificate), () => unpin(work, server)),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: l10n.t('Edit {0}', server.name),
    placeHolder: l10n.t('What to change?'),
  });
  if (picked === undefined) return;
  if (picked.edit === undefined) {
    await rename(work, server);
    return;
  }
  const tested = await picked.edit();
  if (tested !== undefined) tellTested(work, tested).catch(showError);
}

async function rename(work: ServerWork, server: DokployServer): Promise<void> {
  const { l10n } = vscode;
  await askText(
    { title: l10n.t('Edit {0}', server.name), step: 1, totalSteps: 1 },
    {
      value: server.name,
      prompt: l10n.t('Name of the server in Devyard'),
      placeholder: l10n.t('For example: home'),
      validate: (value) => serverNameProblem(value),
      accept: async (value) => {
        await work.change(server, { name: value.trim() });
        return undefined;
      },
    },
  );

  function serverNameProblem(value: string): string | undefined {
    if (value.trim() === '') return l10n.t('Enter a name.');
    return value.trim().length > 100 ? l10n.t('Use at most {0} characters.', 100) : undefined;
  }
}

/** Back to what the certificate authorities of this computer say. */
async function unpin(work: ServerWork, server: DokployServer): Promise<TestedServer | undefined> {
  const { l10n } = vscode;
  const verb = l10n.t('Stop Trusting It');
  const message = l10n.t('Stop trusting the certificate of {0}?', server.name);
  const detail = l10n.t(
    'Trusted (SHA-256): {0}\n\nFrom then on its certificate is checked as usual: it has to come from an authority that this computer trusts.',
    server.certificate ?? '',
  );
  if ((await vscode.window.showWarningMessage(message, { modal: true, detail }, verb)) !== verb) return undefined;
  return await work.change(server, { certificate: null });
}
