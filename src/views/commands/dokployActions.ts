import * as vscode from 'vscode';
import { canWorkspace, isCaredFor, type WorkspaceAction } from '../dokploy/actions.ts';
import { presentServer, presentWorkspace } from '../dokploy/presentation.ts';
import { sortedServers, sortedWorkspaces } from '../shared/dokployState.ts';
import type { Session } from '../shared/session.ts';
import { runningJobOf } from '../shared/snapshot.ts';
import { ActionPick } from './actionPick.ts';
import type { CommandFamily } from './ids.ts';

/** Everything that can be done with Dokploy now, in one list: what its status bar item opens. */
export function dokployActionCommands(session: Session): CommandFamily<'devyard.dokploy.showActions'> {
  return {
    'devyard.dokploy.showActions': () => actionsNow(session).show(),
  };
}

function actionsNow({ snapshot }: Session): ActionPick {
  const { l10n } = vscode;
  const pick = new ActionPick();
  const workspaces = sortedWorkspaces(snapshot).filter(isCaredFor);
  for (const workspace of workspaces) {
    const { id, name } = workspace;
    const job = runningJobOf(snapshot, id);
    const can = (action: WorkspaceAction): boolean => canWorkspace(action, workspace, job !== undefined);
    pick.group(`${name} · ${presentWorkspace(workspace, l10n, job).description}`);
    if (can('connect')) {
      pick.add('terminal', l10n.t('Open Terminal in {0}', name), 'devyard.dokploy.openTerminal', id);
      pick.add('remote', l10n.t('Open {0} in Remote-SSH', name), 'devyard.dokploy.openRemoteSsh', id);
      pick.add('plug', l10n.t('Forward a Port of {0}…', name), 'devyard.dokploy.forwardPort', id);
    }
    if (can('open'))
      pick.add('link-external', l10n.t('Open {0} in Browser', name), 'devyard.dokploy.openInBrowser', id);
    if (can('start')) pick.add('play', l10n.t('Start {0}', name), 'devyard.dokploy.start', id);
    if (can('stop')) pick.add('debug-stop', l10n.t('Stop {0}', name), 'devyard.dokploy.stop', id);
    if (can('restart')) pick.add('debug-restart', l10n.t('Restart {0}', name), 'devyard.dokploy.restart', id);
    if (job !== undefined) pick.add('circle-slash', l10n.t('Cancel: {0}', job.title), 'devyard.dokploy.cancelJob', id);
    if (can('showLog')) {
      pick.add('output', l10n.t('Show Deploy Log of {0}', name), 'devyard.dokploy.showDeployLog', id);
      pick.add('output', l10n.t('Show Container Log of {0}', name), 'devyard.dokploy.showContainerLog', id);
    }
  }
  for (const server of sortedServers(snapshot)) {
    const { label, description } = presentServer(server, workspaces, Date.now(), l10n);
    pick.group(`${label} · ${description}`);
    pick.add('add', l10n.t('Create Workspace on {0}…', server.name), 'devyard.dokploy.create', server.id);
    pick.add('link-external', l10n.t('Open {0}', server.name), 'devyard.dokploy.openServer', server.id);
    pick.add('pulse', l10n.t('Test {0}', server.name), 'devyard.dokploy.testServer', server.id);
  }
  pick.group('Devyard');
  pick.add('add', l10n.t('Add Dokploy Server…'), 'devyard.dokploy.addServer');
  if (snapshot.dokployServers.size > 0) pick.add('refresh', l10n.t('Refresh'), 'devyard.dokploy.refresh');
  return pick;
}
