import type { ServiceStatus } from '../managers/dokploy/api/types.ts';
import type { TaskVerdict } from '../managers/dokploy/machines/types.ts';

/** The words that DevPod knows. *NotFound* has it create the machine. */
export type StatusWord = 'Running' | 'Busy' | 'Stopped' | 'NotFound';

/**
 * What DevPod is told of a machine that exists. Its tasks count, because Dokploy's own status lags and outlives them. One
 * that crashes again and again is *Stopped*: DevPod then starts it, which says why that fails; at *Busy* it waits for ever.
 * `queued` is whether a deployment waits in Dokploy's queue, where nothing else tells of it.
 */
export function statusWord(
  status: ServiceStatus,
  verdict: TaskVerdict,
  queued: boolean,
): Exclude<StatusWord, 'NotFound'> {
  if (status === 'running') return 'Busy';
  switch (verdict.status) {
    case 'running':
      return 'Running';
    case 'starting':
      return 'Busy';
    case 'stopped':
    case 'failed':
      return queued ? 'Busy' : 'Stopped';
  }
}
