import type { CodeServer } from '../api/contract/codeServers.ts';
import type { Job } from '../api/contract/jobs.ts';
import type { LogEntryView } from '../api/contract/logs.ts';

/** One code-server in a line. */
export function serverLine(server: CodeServer): string {
  return `${server.id}  ${server.name}  ${stateText(server)}`;
}

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

/** What a job does or did, in a line. */
export function jobText({ state }: Job): string {
  switch (state.status) {
    case 'running':
      return `running · ${stepText(state)}`;
    case 'succeeded':
    case 'cancelled':
      return state.status;
    case 'partial':
    case 'failed':
      return `${state.status} · ${state.error.message}`;
  }
}

/** The step of a running job, with its percentage where somebody knows it. */
export function stepText({ step, fraction }: { readonly step: string; readonly fraction: number | null }): string {
  return fraction === null ? step : `${step} · ${String(Math.floor(fraction * 100))} %`;
}

/** One log entry as it is printed. */
export function logText(entry: LogEntryView): string {
  if (entry.kind === 'gap') {
    return `── ${String(entry.droppedBytes)} bytes (${String(entry.droppedLines)} lines) dropped by the log limit ──`;
  }
  return `${new Date(entry.time).toISOString()} ${entry.source.padEnd(6)} ${entry.text}`;
}

/** Text of somebody else without what a terminal would obey. */
export function plain(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').trim();
}
