import * as vscode from 'vscode';
import type { LogKind } from '../shared/logChannels.ts';
import type { Session } from '../shared/session.ts';
import { whenConnected } from '../shared/whenConnected.ts';
import { asLogEntry, DevServerLogFormatter } from './logLines.ts';

/** The logs of projects with dev servers: one channel a project, its lines told apart by process or build. */
export function devServerLogs(session: Session): LogKind {
  return {
    feed: (id, source) => ({
      tail: async (count, signal) => {
        const { client } = await whenConnected(session, signal);
        const query = source === undefined ? { count } : { count, source };
        const { entries, lastSeq } = await client.call('devServers.logs', { params: { id }, query }, { signal });
        // What was written while it was read comes with the stream; a filtered list cannot tell where it ended.
        const upTo = source === undefined ? (entries.at(-1)?.seq ?? lastSeq) : lastSeq;
        return { entries: entries.map(asLogEntry), lastSeq: upTo };
      },
      follow: async (afterSeq, signal) =>
        (await whenConnected(session, signal)).client.devServerLogs(id, afterSeq, signal),
    }),
    formatter: (source) => new DevServerLogFormatter(vscode.l10n, source),
    removed: ({ devServers }) => devServers.removed,
  };
}

/** A code-server may have the name of a project: their channels must not. */
export function logChannelName(pluginID: string): string {
  return vscode.l10n.t('{0} (dev server)', pluginID);
}
