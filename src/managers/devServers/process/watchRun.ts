import type { ProcessExit } from '../../shared/processes/types.ts';
import type { DevProcessRun } from '../model.ts';
import type { Launched } from './launch.ts';
import type { ProcessContext } from './ports.ts';
import { pageUrl } from './probeTargets.ts';
import { Readiness } from './readiness.ts';
import type { ProcessSignal } from './state.ts';
import { aborted } from './waiting.ts';

/** How the watch over a run ended. `readySince`: on the monotonic clock; undefined when it never was. */
export type Outcome =
  | { readonly type: 'exit'; readonly exit: ProcessExit; readonly readySince: number | undefined }
  /** It did not become ready within its time, and still runs. */
  | { readonly type: 'late'; readonly missing: readonly string[] }
  /** The signal aborted; it still runs, or ended this moment. */
  | { readonly type: 'end' };

interface Watch {
  readonly launched: Launched;
  readonly signal: AbortSignal;
  readonly apply: (signal: ProcessSignal) => void;
  readonly onReady: (run: DevProcessRun) => void;
}

/** Watches a run until it ends, is too late, or is not to be watched any more; says what it waits for, and that it is ready. */
export async function watchRun(context: ProcessContext, watch: Watch): Promise<Outcome> {
  const { clock, httpProbe, log, onProblem, plan } = context;
  const { apply, launched, onReady, signal } = watch;
  const { process, startedAt, targets } = launched;
  const run = runOf(launched);
  const { runId } = run;
  const over = new AbortController();
  const readiness = new Readiness({
    clock,
    targets,
    output: { log, label: plan.name, from: launched.output },
    // The daemon before would have stopped it by then.
    logHasCome: process.adopted && clock.now() - startedAt >= plan.readyTimeoutMs,
    timeoutMs: plan.readyTimeoutMs,
    httpProbe,
    onWaiting: (waitingFor) => {
      if (!over.signal.aborted) apply({ type: 'waiting', runId, waitingFor });
    },
    onProblem,
  });
  apply({ type: process.adopted ? 'adopted' : 'launched', run, waitingFor: readiness.waitingFor });
  let readySince: number | undefined;
  const late = async (): Promise<Outcome> => {
    const result = await readiness.wait(over.signal);
    if (result === 'late') return { type: 'late', missing: readiness.waitingFor };
    if (result === 'ready' && !over.signal.aborted) {
      readySince = clock.monotonic();
      apply({ type: 'ready', runId, at: clock.now() });
      onReady(run);
    }
    await aborted(over.signal);
    return { type: 'end' };
  };
  try {
    return await Promise.race<Outcome>([
      process.exited.then((exit) => ({ type: 'exit', exit, readySince })),
      // Ends with the watch: one signal may see many runs.
      aborted(AbortSignal.any([signal, over.signal])).then(() => ({ type: 'end' })),
      late(),
    ]);
  } finally {
    over.abort();
  }
}

function runOf({ debugPort, port, process, startedAt, targets }: Launched): DevProcessRun {
  const { adopted, identity, runId } = process;
  return { runId, pid: identity.pid, startedAt, adopted, port, url: pageUrl(port, targets), debugPort };
}
