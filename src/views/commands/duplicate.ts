import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { CodeServer } from '../../api/contract/codeServers.ts';
import { nameProblem } from '../codeServers/nameProblem.ts';
import { Failure } from '../shared/errorView.ts';
import type { Session } from '../shared/session.ts';
import { isRunning, runningJobOf } from '../shared/snapshot.ts';
import { followCreation } from './create.ts';
import type { CommandFamily } from './ids.ts';
import { tellCancelled } from './jobProgress.ts';
import { targetOf } from './target.ts';

/** A second one like the first, and ending what is being done for one. */
export function duplicateCommands(
  session: Session,
): CommandFamily<'devyard.codeServer.duplicate' | 'devyard.codeServer.cancelJob'> {
  const { l10n } = vscode;
  return {
    /** Gives the id of the copy; undefined when the person gave up. */
    'devyard.codeServer.duplicate': async (...args) => {
      const target = await targetOf(session, args, {
        placeholder: l10n.t('Which code-server to duplicate?'),
        none: l10n.t('There is no code-server yet.'),
      });
      const answer = target && (await askForCopy(target));
      return target && answer && (await duplicate(session, target, answer));
    },
    'devyard.codeServer.cancelJob': async (...args) => {
      const busy = [...session.snapshot.jobs.values()].filter(isRunning).map(({ resourceId }) => resourceId);
      const target = await targetOf(session, args, {
        placeholder: l10n.t('What to cancel?'),
        none: l10n.t('Nothing is being done.'),
        filter: ({ id }) => busy.includes(id),
      });
      const job = target && runningJobOf(session.snapshot, target.id);
      if (job === undefined) return;
      try {
        const { client } = await session.connect();
        const { state } = await client.call('jobs.cancel', { params: { id: job.id } });
        if (state.status !== 'cancelled') return;
        // What this window knows may be a moment older.
        const left = (await client.call('codeServers.list', {})).find(({ id }) => id === target?.id);
        if (left !== undefined) tellCancelled(left);
      } catch (error) {
        throw new Failure(l10n.t('Could not cancel: {0}', job.title), error, { codeServerId: job.resourceId });
      }
    },
  };
}

interface Copy {
  readonly name: string;
  readonly copyWorkspace: boolean;
}

async function askForCopy({ name, folder, folderOwned }: CodeServer): Promise<Copy | undefined> {
  const { l10n } = vscode;
  const title = l10n.t('Duplicate {0}', name);
  const answer = await vscode.window.showInputBox({
    title,
    prompt: l10n.t('Name of the copy; it gets a port of its own, and the same settings and extensions'),
    value: l10n.t('{0} copy', name),
    validateInput: (value) => nameProblem(value, l10n),
  });
  if (answer === undefined) return undefined;
  const copy = {
    label: l10n.t('Copy the Folder'),
    detail: l10n.t('Each has its own files from now on'),
    iconPath: new vscode.ThemeIcon('files'),
    copyWorkspace: true,
  };
  const share = {
    label: l10n.t('Use the Same Folder'),
    detail: folder,
    iconPath: new vscode.ThemeIcon('folder'),
    copyWorkspace: false,
  };
  // A folder that Devyard made goes with its code-server, so nobody else may live in it.
  const items = folderOwned ? [copy] : [share, copy];
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: l10n.t('Its files?') });
  return picked && { name: answer.trim(), copyWorkspace: picked.copyWorkspace };
}

async function duplicate(session: Session, original: CodeServer, body: Copy): Promise<string> {
  const { l10n } = vscode;
  const failure = l10n.t('Could not duplicate {0}', original.name);
  const retry = (): unknown => duplicate(session, original, body);
  let target: CodeServer;
  try {
    const { client } = await session.connect();
    const input = { params: { id: original.id }, body };
    target = await client.call('codeServers.duplicate', input, { idempotencyKey: randomUUID() });
  } catch (error) {
    throw new Failure(failure, error, { codeServerId: original.id, retry });
  }
  const title = l10n.t('Duplicating {0}', original.name);
  await followCreation(session, { title, failure, target, starts: false, retry });
  return target.id;
}
