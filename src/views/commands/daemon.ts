import * as vscode from 'vscode';
import { whichCan } from '../codeServers/actions.ts';
import { Failure } from '../shared/errorView.ts';
import type { Session } from '../shared/session.ts';
import type { CommandFamily } from './ids.ts';

type DaemonCommand = 'devyard.daemon.restart' | 'devyard.daemon.stop' | 'devyard.codeServers.refresh';

export function daemonCommands(session: Session): CommandFamily<DaemonCommand> {
  const { l10n } = vscode;
  return {
    'devyard.daemon.restart': async () => {
      try {
        await inView(() => session.restartDaemon());
      } catch (error) {
        throw new Failure(l10n.t('Could not start Devyard'), error);
      }
    },
    'devyard.daemon.stop': () => stop(session),
    'devyard.codeServers.refresh': () => inView(() => session.refresh()),
  };
}

async function stop(session: Session): Promise<void> {
  const { l10n } = vscode;
  const running = whichCan('stop', session.snapshot.codeServers.values());
  let endRunning = false;
  if (running.length > 0) {
    const names = running.map(({ name }) => name).join(', ');
    const keep = { title: l10n.t('Stop Devyard Only'), endRunning: false };
    const all = { title: l10n.t('Stop Code-Servers Too'), endRunning: true };
    const detail = [
      l10n.t('Running code-servers: {0}.', names),
      l10n.t('Without Devyard they go on but cannot be opened until it runs again. Nothing is erased.'),
    ].join('\n\n');
    const message = l10n.t("Stop Devyard's background process?");
    const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, keep, all);
    if (chosen === undefined) return;
    endRunning = chosen.endRunning;
  }
  try {
    await inView(() => session.stopDaemon(endRunning));
  } catch (error) {
    throw new Failure(l10n.t('Could not stop Devyard'), error);
  }
}

function inView<Result>(work: () => Promise<Result>): Thenable<Result> {
  return vscode.window.withProgress({ location: { viewId: 'devyard.codeServers' } }, work);
}
