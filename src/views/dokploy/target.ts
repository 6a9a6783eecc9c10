import * as vscode from 'vscode';
import type { DokployServer, Workspace, WorkspaceForward } from '../../api/contract/dokploy.ts';
import { sortedServers, sortedWorkspaces } from '../shared/dokployState.ts';
import type { Session } from '../shared/session.ts';
import { runningJobOf } from '../shared/snapshot.ts';
import { isCaredFor } from './actions.ts';
import { dokployItemOf } from './items.ts';
import { presentServer, presentWorkspace } from './presentation.ts';

/** Which workspace a command is about, and the words to ask with when it was called without one. */
export interface WorkspaceQuestion {
  readonly placeholder: string;
  /** What is said when there is none to choose from. */
  readonly none: string;
  /** Default: those that Devyard takes care of. `busy`: a job works on it. */
  readonly filter?: (workspace: Workspace, busy: boolean) => boolean;
}

/**
 * The workspace a command is for: the one whose id, or whose forward's row, is the first argument; else the person is asked.
 * Undefined when the person gave up or there is nothing to choose from. Starts the daemon if need be.
 */
export async function workspaceTarget(
  session: Session,
  args: readonly unknown[],
  question: WorkspaceQuestion,
): Promise<Workspace | undefined> {
  const { l10n } = vscode;
  await session.connect();
  const item = dokployItemOf(args[0]);
  if (item !== undefined) {
    const id = item.kind === 'resource' ? item.id : item.kind === 'forward' ? item.workspaceId : '';
    const workspace = session.snapshot.workspaces.get(id);
    if (workspace !== undefined) return workspace;
    throw Object.assign(new Error(l10n.t('Devyard no longer knows this workspace.')), { code: 'not-found' });
  }
  const { snapshot } = session;
  const filter = question.filter ?? isCaredFor;
  const candidates = sortedWorkspaces(snapshot).filter((one) =>
    filter(one, runningJobOf(snapshot, one.id) !== undefined),
  );
  if (candidates.length === 0) {
    offer(question.none, snapshot.dokployServers.size === 0 ? 'addServer' : 'create');
    return undefined;
  }
  const items = candidates.map((workspace) => {
    const job = runningJobOf(snapshot, workspace.id);
    const { label, description, icon } = presentWorkspace(workspace, l10n, job);
    return { label, description, detail: placeOf(workspace), iconPath: new vscode.ThemeIcon(icon), workspace };
  });
  const picked = await vscode.window.showQuickPick(items, { placeHolder: question.placeholder, matchOnDetail: true });
  return picked?.workspace;

  function placeOf({ serverId, project, environment }: Workspace): string {
    return [snapshot.dokployServers.get(serverId)?.name ?? '', project.name, environment.name]
      .filter((part) => part !== '')
      .join(' / ');
  }
}

/** The forward whose row is the first argument. */
export function forwardTarget(
  session: Session,
  args: readonly unknown[],
): { readonly workspace: Workspace; readonly forward: WorkspaceForward } | undefined {
  const item = dokployItemOf(args[0]);
  if (item?.kind !== 'forward') return undefined;
  const workspace = session.snapshot.workspaces.get(item.workspaceId);
  const forward = workspace?.forwards.find(({ remotePort }) => remotePort === item.remotePort);
  return workspace && forward && { workspace, forward };
}

/**
 * The server a command is for: that of the row whose id is the first argument (its own, or one below it), the only one there
 * is where `only` allows that, else the person is asked. Undefined as above.
 */
export async function serverTarget(
  session: Session,
  args: readonly unknown[],
  question: { readonly placeholder: string; readonly only?: boolean },
): Promise<DokployServer | undefined> {
  const { l10n } = vscode;
  await session.connect();
  const { snapshot } = session;
  const item = dokployItemOf(args[0]);
  if (item !== undefined) {
    const id = serverIdOf(item);
    const server = snapshot.dokployServers.get(id);
    if (server !== undefined) return server;
    throw Object.assign(new Error(l10n.t('Devyard no longer knows this server.')), { code: 'not-found' });
  }
  const servers = sortedServers(snapshot);
  const [first] = servers;
  if (first === undefined) {
    offer(l10n.t('There is no Dokploy server yet.'), 'addServer');
    return undefined;
  }
  if (question.only === true && servers.length === 1) return first;
  const items = servers.map((server) => {
    const { label, description, icon } = presentServer(server, sortedWorkspaces(snapshot), Date.now(), l10n);
    return { label, description, iconPath: new vscode.ThemeIcon(icon), server };
  });
  const picked = await vscode.window.showQuickPick(items, { placeHolder: question.placeholder });
  return picked?.server;

  function serverIdOf(item: NonNullable<ReturnType<typeof dokployItemOf>>): string {
    const workspaceId = item.kind === 'forward' ? item.workspaceId : item.kind === 'resource' ? item.id : '';
    if (item.kind === 'project' || item.kind === 'environment') return item.serverId;
    return snapshot.workspaces.get(workspaceId)?.serverId ?? workspaceId;
  }
}

/** Says that there is nothing to choose from, and what would change that. */
function offer(none: string, way: 'addServer' | 'create'): void {
  const { l10n } = vscode;
  const button = way === 'addServer' ? l10n.t('Add Server…') : l10n.t('Create Workspace…');
  void vscode.window.showInformationMessage(none, button).then((chosen) => {
    if (chosen === button) void vscode.commands.executeCommand(`devyard.dokploy.${way}`);
  });
}
