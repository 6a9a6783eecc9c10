import * as vscode from 'vscode';
import type { CodeServer } from '../../api/contract/codeServers.ts';
import { deletionQuestion } from '../codeServers/deletion.ts';
import { nameProblem } from '../codeServers/nameProblem.ts';
import { Failure } from '../shared/errorView.ts';
import type { Session } from '../shared/session.ts';
import type { CommandFamily } from './ids.ts';
import { targetOf } from './target.ts';

/** Rename and delete. */
export function manageCommands(
  session: Session,
): CommandFamily<'devyard.codeServer.rename' | 'devyard.codeServer.delete'> {
  const { l10n } = vscode;
  const none = l10n.t('There is no code-server yet.');
  return {
    'devyard.codeServer.rename': async (...args) => {
      const target = await targetOf(session, args, { placeholder: l10n.t('Which code-server to rename?'), none });
      if (target !== undefined) await rename(session, target);
    },
    'devyard.codeServer.delete': async (...args) => {
      const target = await targetOf(session, args, { placeholder: l10n.t('Which code-server to delete?'), none });
      if (target !== undefined) await remove(session, target);
    },
  };
}

async function rename(session: Session, { id, name }: CodeServer): Promise<void> {
  const answer = await vscode.window.showInputBox({
    title: vscode.l10n.t('Rename {0}', name),
    prompt: vscode.l10n.t('New name; folder and port stay the same'),
    value: name,
    validateInput: (value) => nameProblem(value, vscode.l10n),
  });
  if (answer === undefined || answer.trim() === name) return;
  try {
    const { client } = await session.connect();
    await client.call('codeServers.patch', { params: { id }, body: { name: answer.trim() } });
  } catch (error) {
    throw new Failure(vscode.l10n.t('Could not rename {0}', name), error, { codeServerId: id });
  }
}

async function remove(session: Session, target: CodeServer): Promise<void> {
  const { message, detail, choices } = deletionQuestion(target, vscode.l10n);
  const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...choices);
  if (chosen === undefined) return;
  try {
    const { client } = await session.connect();
    const keepWorkspace = chosen.keepWorkspace ? 'true' : 'false';
    const work = (): Promise<unknown> =>
      client.call('codeServers.delete', { params: { id: target.id }, query: { keepWorkspace } });
    await vscode.window.withProgress({ location: { viewId: 'devyard.codeServers' } }, work);
  } catch (error) {
    throw new Failure(vscode.l10n.t('Could not delete {0}', target.name), error, { codeServerId: target.id });
  }
}
