import { v7 as uuidv7 } from 'uuid';
import { DevyardError } from '../shared/errors.ts';
import type { ResourceLog, RunLogFiles } from '../shared/logs/types.ts';
import type { ProcessExit } from '../shared/processes/types.ts';
import type { DevServerContext } from './context.ts';
import type { Environment } from './plan.ts';
import { resourceOf } from './resource.ts';

export interface CommandRun {
  readonly projectId: string;
  /** Process, build, or what else the lines are said to come from. */
  readonly part: string;
  /** Absolute program and its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Environment;
  readonly timeoutMs: number;
  readonly log: ResourceLog;
  /** Ends the program and all its children. */
  readonly signal: AbortSignal;
  /** Called when it has ended, while its output still lies in its files. */
  readonly read?: (files: RunLogFiles) => Promise<void>;
}

export type CommandResult =
  | { readonly type: 'exited'; readonly exitCode: number | null; readonly signal: string | null }
  | { readonly type: 'timed-out' }
  | { readonly type: 'cancelled' };

const graceMs = 1000;

/**
 * Runs a command that comes to an end, as a run like every other: written down first, with its output in the log, and
 * ended with its whole tree. Resolves when nothing of it is left; rejects what keeps it from starting.
 */
export async function runCommand(context: DevServerContext, wanted: CommandRun): Promise<CommandResult> {
  const { clock, hostId, platform, processes, runRecords, onProblem } = context;
  const { command, cwd, env, log, part, projectId, signal, timeoutMs } = wanted;
  if (signal.aborted) return { type: 'cancelled' };
  const runId = uuidv7();
  const intent = {
    runId,
    resource: resourceOf(projectId, part),
    hostId,
    bootId: platform.bootId,
    command,
    intendedAt: clock.now(),
  };
  await runRecords.writeIntent(intent);
  try {
    const files = await log.beginRun(runId, { label: part });
    const [program, ...args] = command;
    const process = await processes.spawn({ runId, command: program, args, cwd, env, ...files });
    let timedOut = false;
    let stopping: Promise<unknown> | undefined;
    const end = (): void => {
      stopping ??= process.stop(graceMs).catch(onProblem);
    };
    const cancelTimer = clock.after(timeoutMs, () => {
      timedOut = true;
      end();
    });
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    try {
      const [exit] = await Promise.all([
        process.exited,
        // Should this fail, the process is still found by its environment.
        runRecords.writeStarted(intent, process.identity).catch(onProblem),
      ]);
      // What it left running in the background would write into the next run's files.
      end();
      await stopping;
      if (signal.aborted) return { type: 'cancelled' };
      if (timedOut) return { type: 'timed-out' };
      await wanted.read?.(files);
      return resultOf(exit);
    } finally {
      cancelTimer();
      signal.removeEventListener('abort', end);
    }
  } finally {
    await log.endRun(runId).catch(onProblem);
    await runRecords.remove(runId).catch(onProblem);
  }
}

function resultOf(exit: ProcessExit): CommandResult {
  if (exit.kind === 'exited') return { type: 'exited', exitCode: exit.exitCode, signal: exit.signal };
  throw new DevyardError('internal', 'A command that this daemon started vanished.');
}
