import * as vscode from 'vscode';
import { whichCan } from '../codeServers/actions.ts';
import { stopQuestion } from '../daemon/stopQuestion.ts';
import { canDev } from '../devServers/actions.ts';
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
  const { codeServers, devServers } = session.snapshot;
  const question = stopQuestion(
    {
      codeServers: whichCan('stop', codeServers.values()).map(({ name }) => name),
      projects: [...devServers.values()].filter((one) => canDev('stop', one)).map(({ pluginID }) => pluginID),
    },
    l10n,
  );
  let endRunning = false;
  if (question !== undefined) {
    const { message, detail, choices } = question;
    const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...choices);
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
