import * as vscode from 'vscode';
import type { LogKind } from '../shared/logChannels.ts';
import { LogFormatter } from '../shared/logFormat.ts';
import type { Session } from '../shared/session.ts';
import { whenConnected } from '../shared/whenConnected.ts';

/** The logs of code-servers. */
export function codeServerLogs(session: Session): LogKind {
  return {
    feed: (id) => ({
      tail: async (lines, signal) => {
        const { client } = await whenConnected(session, signal);
        return client.call('codeServers.logs', { params: { id }, query: { lines } }, { signal });
      },
      follow: async (afterSeq, signal) => (await whenConnected(session, signal)).client.logs(id, afterSeq, signal),
    }),
    formatter: () => new LogFormatter(vscode.l10n),
    removed: ({ removed }) => removed,
  };
}
