import * as vscode from 'vscode';
import { canDev, hasGivenUp } from '../devServers/actions.ts';
import { presentProject } from '../devServers/presentation.ts';
import type { Session } from '../shared/session.ts';
import { sortedDevServers } from '../shared/snapshot.ts';
import { ActionPick } from './actionPick.ts';
import type { CommandFamily } from './ids.ts';

/** Everything that can be done with dev servers now, in one list: what their status bar item opens. */
export function devServerActionCommands(session: Session): CommandFamily<'devyard.devServers.showActions'> {
  return {
    'devyard.devServers.showActions': () => actionsNow(session).show(),
  };
}

function actionsNow(session: Session): ActionPick {
  const { l10n } = vscode;
  const pick = new ActionPick();
  const all = sortedDevServers(session.snapshot);
  for (const devServer of all) {
    const { id, pluginID: name } = devServer;
    const { description } = presentProject(devServer, Date.now(), l10n);
    pick.group(`${name} · ${description}`);
    if (canDev('open', devServer)) {
      pick.add('preview', l10n.t('Open {0} Beside', name), 'devyard.devServer.openPage', id);
      pick.add('link-external', l10n.t('Open {0}', name), 'devyard.devServer.openInBrowser', id);
    }
    if (canDev('start', devServer)) {
      const label = hasGivenUp(devServer) ? l10n.t('Start {0} Again', name) : l10n.t('Start {0}', name);
      pick.add('play', label, 'devyard.devServer.start', id);
    }
    if (canDev('stop', devServer)) pick.add('debug-stop', l10n.t('Stop {0}', name), 'devyard.devServer.stop', id);
    if (canDev('restart', devServer)) {
      pick.add('debug-restart', l10n.t('Restart {0}', name), 'devyard.devServer.restart', id);
    }
    if (canDev('rebuild', devServer)) pick.add('tools', l10n.t('Rebuild {0}', name), 'devyard.devServer.rebuild', id);
    pick.add('output', l10n.t('Show Logs of {0}', name), 'devyard.devServer.showLogs', id);
    pick.add('search', l10n.t('Search Logs of {0}…', name), 'devyard.devServer.searchLogs', id);
  }
  pick.group('Devyard');
  const several = (action: 'start' | 'stop'): boolean => all.filter((one) => canDev(action, one)).length > 1;
  if (several('start')) pick.add('run-all', l10n.t('Start All Dev Servers'), 'devyard.devServers.startAll');
  if (several('stop')) pick.add('debug-stop', l10n.t('Stop All Dev Servers'), 'devyard.devServers.stopAll');
  pick.add('add', l10n.t('Add Project Folder…'), 'devyard.devServers.add');
  return pick;
}
