import { ApiError } from '../../api/client/transport.ts';
import type { DevyardEvent } from '../../api/contract/events.ts';
import type { Job } from '../../api/contract/jobs.ts';
import type { DaemonLink } from '../daemonLink.ts';
import { stepText } from '../text.ts';
import type { Interrupt } from './interrupt.ts';
import type { Progress } from './progress.ts';

/**
 * Follows a job until it has ended, and tells its steps. A daemon that is killed is started anew and goes on with the job,
 * and so does this. Ctrl+C cancels the job; what came of it is told like any other end.
 */
export async function followJob(
  daemon: DaemonLink,
  begun: Job,
  { progress, interrupt }: { readonly progress: Progress; readonly interrupt: Interrupt },
): Promise<Job> {
  const cancel = (): void => {
    progress.say('Cancelling; press Ctrl+C again to leave at once.');
    // Its end is told by the events, also when this answer is lost.
    daemon.call('jobs.cancel', { params: { id: begun.id } }).catch(() => undefined);
  };
  if (interrupt.signal.aborted) cancel();
  else interrupt.signal.addEventListener('abort', cancel, { once: true });
  const steps = new Steps(progress);
  try {
    steps.show(begun);
    let job: Job | undefined = isRunning(begun) ? undefined : begun;
    while (job === undefined) {
      const { ended, killed } = await listen(daemon, begun.id, steps);
      job = ended;
      if (job === undefined) await daemon.reopen({ killed });
    }
    return job;
  } finally {
    interrupt.signal.removeEventListener('abort', cancel);
    progress.end();
  }
}

interface Heard {
  readonly ended: Job | undefined;
  /** The connection broke; a daemon that ends in good order ends its streams. */
  readonly killed: boolean;
}

async function listen(daemon: DaemonLink, id: string, steps: Steps): Promise<Heard> {
  const stop = new AbortController();
  try {
    for await (const { event } of daemon.events(undefined, stop.signal)) {
      // Asked only now, so that nothing is missed between the answer and the first event.
      const job = event.type === 'hello' ? await daemon.call('jobs.get', { params: { id } }) : jobIn(event, id);
      if (job === undefined) continue;
      steps.show(job);
      if (!isRunning(job)) return { ended: job, killed: false };
    }
    return { ended: undefined, killed: false };
  } catch (error) {
    if (error instanceof ApiError && error.code === 'unavailable' && error.status === 0) {
      return { ended: undefined, killed: true };
    }
    throw error;
  } finally {
    stop.abort();
  }
}

function jobIn(event: DevyardEvent, id: string): Job | undefined {
  const told = event.type === 'job.changed' || event.type === 'job.progress';
  return told && event.job.id === id ? event.job : undefined;
}

const isRunning = ({ state }: Job): boolean => state.status === 'running';

/** Tells each step, and each part once it has ended. */
class Steps {
  readonly #progress: Progress;
  readonly #told = new Set<string>();

  constructor(progress: Progress) {
    this.#progress = progress;
  }

  show({ items, state }: Job): void {
    for (const { name, status } of items) {
      if ((status !== 'done' && status !== 'failed') || this.#told.has(name)) continue;
      this.#told.add(name);
      this.#progress.say(`${status === 'done' ? '✓' : '✗'} ${name}`);
    }
    if (state.status === 'running') this.#progress.show(stepText(state));
  }
}
