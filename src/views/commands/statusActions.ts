import * as vscode from 'vscode';
import { can } from '../codeServers/actions.ts';
import { present } from '../codeServers/presentation.ts';
import type { Session } from '../shared/session.ts';
import { runningJobOf, sorted } from '../shared/snapshot.ts';
import { ActionPick } from './actionPick.ts';
import type { CommandFamily } from './ids.ts';

/** Everything that can be done now, in one list: what the status bar item opens. */
export function statusCommands(session: Session): CommandFamily<'devyard.status.showActions'> {
  return {
    'devyard.status.showActions': () => actionsNow(session).show(),
  };
}

function actionsNow(session: Session): ActionPick {
  const { l10n } = vscode;
  const { status } = session.state;
  const pick = new ActionPick();
  for (const codeServer of sorted(session.snapshot)) {
    const { id, name, state } = codeServer;
    const { description } = present(codeServer, Date.now(), l10n, runningJobOf(session.snapshot, codeServer.id));
    pick.group(`${name} · ${description}`);
    if (can('open', state.status)) {
      pick.add('link-external', l10n.t('Open {0}', name), 'devyard.codeServer.open', id);
      pick.add('split-horizontal', l10n.t('Open {0} Beside', name), 'devyard.codeServer.openInSimpleBrowser', id);
    }
    if (can('start', state.status)) pick.add('play', l10n.t('Start {0}', name), 'devyard.codeServer.start', id);
    if (can('stop', state.status)) pick.add('debug-stop', l10n.t('Stop {0}', name), 'devyard.codeServer.stop', id);
    if (can('restart', state.status))
      pick.add('debug-restart', l10n.t('Restart {0}', name), 'devyard.codeServer.restart', id);
    const job = runningJobOf(session.snapshot, id);
    if (job !== undefined)
      pick.add('circle-slash', l10n.t('Cancel: {0}', job.title), 'devyard.codeServer.cancelJob', id);
    pick.add('output', l10n.t('Show Logs of {0}', name), 'devyard.codeServer.showLogs', id);
  }
  pick.group('Devyard');
  if (status !== 'down') pick.add('add', l10n.t('Create Code Server…'), 'devyard.codeServer.create');
  pick.add(
    'debug-restart',
    status === 'down' ? l10n.t('Start Devyard') : l10n.t('Restart Devyard'),
    'devyard.daemon.restart',
  );
  if (status === 'connected') pick.add('debug-stop', l10n.t('Stop Devyard'), 'devyard.daemon.stop');
  pick.add('output', l10n.t("Show Devyard's Logs"), 'devyard.daemon.showLogs');
  return pick;
}
