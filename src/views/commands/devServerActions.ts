import * as vscode from 'vscode';
import { canDev, hasGivenUp } from '../devServers/actions.ts';
import { presentProject } from '../devServers/presentation.ts';
import type { Session } from '../shared/session.ts';
import { sortedDevServers } from '../shared/snapshot.ts';
import type { CommandFamily, CommandId } from './ids.ts';

interface ActionItem extends vscode.QuickPickItem {
  readonly command?: CommandId;
  readonly target?: string;
}

/** Everything that can be done with dev servers now, in one list: what their status bar item opens. */
export function devServerActionCommands(session: Session): CommandFamily<'devyard.devServers.showActions'> {
  return {
    'devyard.devServers.showActions': async () => {
      const picked = await vscode.window.showQuickPick(actionsNow(session), {
        placeHolder: vscode.l10n.t('What to do?'),
        matchOnDescription: true,
      });
      if (picked?.command === undefined) return;
      await vscode.commands.executeCommand(picked.command, ...(picked.target === undefined ? [] : [picked.target]));
    },
  };
}

function actionsNow(session: Session): readonly ActionItem[] {
  const { l10n } = vscode;
  const items: ActionItem[] = [];
  const add = (icon: string, label: string, command: CommandId, target?: string): void => {
    const forTarget = target === undefined ? {} : { target };
    items.push({ label, iconPath: new vscode.ThemeIcon(icon), command, ...forTarget });
  };
  const all = sortedDevServers(session.snapshot);
  for (const devServer of all) {
    const { id, pluginID: name } = devServer;
    const { description } = presentProject(devServer, Date.now(), l10n);
    items.push({ label: `${name} · ${description}`, kind: vscode.QuickPickItemKind.Separator });
    if (canDev('open', devServer)) {
      add('preview', l10n.t('Open {0} Beside', name), 'devyard.devServer.openPage', id);
      add('link-external', l10n.t('Open {0}', name), 'devyard.devServer.openInBrowser', id);
    }
    if (canDev('start', devServer)) {
      const label = hasGivenUp(devServer) ? l10n.t('Start {0} Again', name) : l10n.t('Start {0}', name);
      add('play', label, 'devyard.devServer.start', id);
    }
    if (canDev('stop', devServer)) add('debug-stop', l10n.t('Stop {0}', name), 'devyard.devServer.stop', id);
    if (canDev('restart', devServer)) {
      add('debug-restart', l10n.t('Restart {0}', name), 'devyard.devServer.restart', id);
    }
    if (canDev('rebuild', devServer)) add('tools', l10n.t('Rebuild {0}', name), 'devyard.devServer.rebuild', id);
    add('output', l10n.t('Show Logs of {0}', name), 'devyard.devServer.showLogs', id);
    add('search', l10n.t('Search Logs of {0}…', name), 'devyard.devServer.searchLogs', id);
  }
  items.push({ label: 'Devyard', kind: vscode.QuickPickItemKind.Separator });
  const several = (action: 'start' | 'stop'): boolean => all.filter((one) => canDev(action, one)).length > 1;
  if (several('start')) add('run-all', l10n.t('Start All Dev Servers'), 'devyard.devServers.startAll');
  if (several('stop')) add('debug-stop', l10n.t('Stop All Dev Servers'), 'devyard.devServers.stopAll');
  add('add', l10n.t('Add Project Folder…'), 'devyard.devServers.add');
  return items;
}
