import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { Workspace } from '../../../../api/contract/dokploy.ts';
import { Failure } from '../../../shared/errorView.ts';
import type { Session } from '../../../shared/session.ts';
import { remoteWayHere } from '../../connect/remoteSsh.ts';
import { followWork, whileWorking } from '../../progress.ts';
import { createBody, type Draft } from './draft.ts';

/** Has the daemon make it, and follows that. Gives the id of the workspace as soon as there is one. */
export async function createWorkspace(session: Session, draft: Draft, key: string = randomUUID()): Promise<string> {
  const { l10n } = vscode;
  const failure = l10n.t('Could not create {0}', draft.name);
  const title = l10n.t('Creating {0}', draft.name);
  let workspace: Workspace;
  try {
    workspace = await whileWorking(title, async ({ signal }) => {
      const { client } = await session.connect();
      return await client.call('dokploy.create', { body: createBody(draft) }, { idempotencyKey: key, signal });
    });
  } catch (error) {
    // The same key: should it have been begun, that one is followed and none is made beside it.
    throw new Failure(failure, error, { retry: () => createWorkspace(session, draft, key) });
  }
  const { client } = await session.connect();
  const job = (await client.call('jobs.list', {})).findLast(({ resourceId }) => resourceId === workspace.id);
  if (job === undefined) return workspace.id;
  const retry = (): unknown => tryAgain(session, draft, workspace.id);
  if (await followWork(session, { title, failure, workspace, job, retry })) void offerToConnect(workspace);
  return workspace.id;
}

/** What is on the server already is deployed once more; what did not come so far is made anew. */
async function tryAgain(session: Session, draft: Draft, id: string): Promise<unknown> {
  const known = session.snapshot.workspaces.get(id);
  return known?.serviceId == null
    ? await createWorkspace(session, draft)
    : await vscode.commands.executeCommand('devyard.dokploy.redeploy', id);
}

async function offerToConnect({ id, name }: Workspace): Promise<void> {
  const { l10n } = vscode;
  const openRemote = l10n.t('Open in Remote-SSH');
  const openTerminal = l10n.t('Open Terminal');
  const text = l10n.t('{0} is running, and SSH logs in.', name);
  const ways = remoteWayHere().kind === 'elsewhere' ? [openTerminal] : [openRemote, openTerminal];
  const chosen = await vscode.window.showInformationMessage(text, ...ways);
  if (chosen === openRemote) await vscode.commands.executeCommand('devyard.dokploy.openRemoteSsh', id);
  if (chosen === openTerminal) await vscode.commands.executeCommand('devyard.dokploy.openTerminal', id);
}
