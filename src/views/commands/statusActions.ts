import * as vscode from 'vscode';
import { can } from '../codeServers/actions.ts';
import { present } from '../codeServers/presentation.ts';
import type { Session } from '../shared/session.ts';
import { runningJobOf, sorted } from '../shared/snapshot.ts';
import type { CommandFamily, CommandId } from './ids.ts';

interface ActionItem extends vscode.QuickPickItem {
  readonly command?: CommandId;
  readonly target?: string;
}

/** Everything that can be done now, in one list: what the status bar item opens. */
export function statusCommands(session: Session): CommandFamily<'devyard.status.showActions'> {
  return {
    'devyard.status.showActions': async () => {
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
  const { status } = session.state;
  const items: ActionItem[] = [];
  const add = (icon: string, label: string, command: CommandId, target?: string): void => {
    const forTarget = target === undefined ? {} : { target };
    items.push({ label, iconPath: new vscode.ThemeIcon(icon), command, ...forTarget });
  };
  for (const codeServer of sorted(session.snapshot)) {
    const { id, name, state } = codeServer;
    const { description } = present(codeServer, Date.now(), l10n, runningJobOf(session.snapshot, codeServer.id));
    items.push({ label: `${name} · ${description}`, kind: vscode.QuickPickItemKind.Separator });
    if (can('open', state.status)) {
      add('link-external', l10n.t('Open {0}', name), 'devyard.codeServer.open', id);
      add('split-horizontal', l10n.t('Open {0} Beside', name), 'devyard.codeServer.openInSimpleBrowser', id);
    }
    if (can('start', state.status)) add('play', l10n.t('Start {0}', name), 'devyard.codeServer.start', id);
    if (can('stop', state.status)) add('debug-stop', l10n.t('Stop {0}', name), 'devyard.codeServer.stop', id);
    if (can('restart', state.status))
      add('debug-restart', l10n.t('Restart {0}', name), 'devyard.codeServer.restart', id);
    const job = runningJobOf(session.snapshot, id);
    if (job !== undefined) add('circle-slash', l10n.t('Cancel: {0}', job.title), 'devyard.codeServer.cancelJob', id);
    add('output', l10n.t('Show Logs of {0}', name), 'devyard.codeServer.showLogs', id);
  }
  items.push({ label: 'Devyard', kind: vscode.QuickPickItemKind.Separator });
  if (status !== 'down') add('add', l10n.t('Create Code Server…'), 'devyard.codeServer.create');
  add(
    'debug-restart',
    status === 'down' ? l10n.t('Start Devyard') : l10n.t('Restart Devyard'),
    'devyard.daemon.restart',
  );
  if (status === 'connected') add('debug-stop', l10n.t('Stop Devyard'), 'devyard.daemon.stop');
  add('output', l10n.t("Show Devyard's Logs"), 'devyard.daemon.showLogs');
  return items;
}
