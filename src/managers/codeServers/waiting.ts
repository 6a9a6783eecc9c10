import { DevyardError } from '../shared/errors.ts';
import type { CodeServer, CodeServerState } from './model.ts';
import type { ServerRecord } from './serverRecord.ts';

export interface WaitOptions {
  readonly wait?: boolean | undefined;
  readonly signal?: AbortSignal;
}

/** The server after a start: at once, or with `wait` when it runs. Rejects with what came instead; `signal` ends only the waiting. */
export async function runningOf(record: ServerRecord, { wait, signal }: WaitOptions): Promise<CodeServer> {
  if (wait === true) requireRunning(record.definition.name, await record.settled(signal));
  return record.snapshot;
}

function requireRunning(name: string, state: CodeServerState): void {
  switch (state.status) {
    case 'failed':
      throw new DevyardError('start-failed', `“${name}” did not start: ${state.reason}.`, {
        hint:
          state.lastLines.length > 0
            ? `Its last lines were:\n${state.lastLines.slice(-5).join('\n')}`
            : (state.hint ?? 'Read its log.'),
      });
    case 'stopped':
    case 'stopping':
      throw new DevyardError('conflict', `“${name}” was stopped before it ran.`, { hint: 'Start it again.' });
    case 'unhealthy':
      throw new DevyardError('start-failed', `“${name}” has a process but ${state.reason}.`, {
        hint: 'It is still waited for. Read its log, or stop it.',
      });
    case 'creating':
    case 'starting':
    case 'running':
  }
}
