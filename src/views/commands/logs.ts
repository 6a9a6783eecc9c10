import * as vscode from 'vscode';
import type { DaemonLog } from '../daemon/daemonLog.ts';
import type { LogChannels } from '../shared/logChannels.ts';
import type { Session } from '../shared/session.ts';
import type { CommandFamily } from './ids.ts';
import { targetOf } from './target.ts';

export function logCommands(
  session: Session,
  channels: LogChannels,
  daemonLog: DaemonLog,
): CommandFamily<'devyard.codeServer.showLogs' | 'devyard.daemon.showLogs'> {
  const { l10n } = vscode;
  return {
    'devyard.codeServer.showLogs': async (...args) => {
      const target = await targetOf(session, args, {
        placeholder: l10n.t('Whose log to show?'),
        none: l10n.t('There is no code-server yet.'),
      });
      if (target !== undefined) channels.show(target.id, target.name);
    },
    'devyard.daemon.showLogs': () => daemonLog.show(),
  };
}
