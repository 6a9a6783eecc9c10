import type { CodeServer } from '../api/contract/codeServers.ts';
import type { LogEntryView } from '../api/contract/logs.ts';

/** One code-server's state in a line. */
export function stateText({ port, state }: CodeServer): string {
  switch (state.status) {
    case 'creating':
    case 'stopped':
    case 'stopping':
      return state.status;
    case 'starting':
      return `starting · ${state.step}`;
    case 'running':
      return `running · :${String(port)} · pid ${String(state.run.pid)}`;
    case 'unhealthy':
      return `unhealthy · ${state.reason}`;
    case 'failed':
      return `failed · ${state.reason}`;
  }
}

/** One log entry as it is printed. */
export function logText(entry: LogEntryView): string {
  if (entry.kind === 'gap') {
    return `── ${String(entry.droppedBytes)} bytes (${String(entry.droppedLines)} lines) dropped by the log limit ──`;
  }
  return `${new Date(entry.time).toISOString()} ${entry.source.padEnd(6)} ${entry.text}`;
}
