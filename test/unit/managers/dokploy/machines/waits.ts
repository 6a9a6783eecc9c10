import { DokployFailure, type DokployFailureKind } from '../../../../../src/managers/dokploy/api/failure.ts';
import type { Deployment, DokployApi, QueuedJob, Task } from '../../../../../src/managers/dokploy/api/types.ts';
import type { MachineContext } from '../../../../../src/managers/dokploy/machines/types.ts';
import { ManualClock } from '../../../../support/manualClock.ts';

export const ref = { kind: 'application', id: 'a', appName: 'app-x', serverId: null } as const;

export const failure = (kind: DokployFailureKind): DokployFailure =>
  new DokployFailure(kind, `It is ${kind}.`, { call: 'call', host: 'host' });

export const row = (deploymentId: string, title: string, status: Deployment['status']): Deployment => ({
  deploymentId,
  title,
  status,
  logPath: '/log',
  errorMessage: null,
  createdAt: '2026-01-01T00:00:00.000Z',
});

export const queued = (title: string, state: QueuedJob['state']): QueuedJob => ({ serviceId: ref.id, title, state });

export const task = (containerId: string, statusText: string, error = ''): Task => ({
  containerId,
  name: 'app-x.1',
  state: (/^\w+/.exec(statusText)?.[0] ?? '').toLowerCase(),
  statusText,
  node: 'vm',
  error,
});

export interface Stage {
  readonly clock: ManualClock;
  readonly context: MachineContext;
  readonly steps: string[];
  readonly log: string[];
  readonly abort: AbortController;
}

export function stage(api: Partial<DokployApi>, login: MachineContext['login'] = () => Promise.resolve()): Stage {
  const clock = new ManualClock();
  const abort = new AbortController();
  const steps: string[] = [];
  const log: string[] = [];
  return {
    clock,
    steps,
    log,
    abort,
    context: {
      api: api as DokployApi,
      clock,
      host: 'host',
      uniqueId: () => 'unique',
      login,
      signal: abort.signal,
      step: (text) => void steps.push(text),
      log: (line) => void log.push(line),
    },
  };
}

/** What becomes of it, and after how many milliseconds of the stage's clock. */
export async function outcome(
  { clock }: Stage,
  work: Promise<unknown>,
  within = 60 * 60_000,
): Promise<{ readonly value?: unknown; readonly error?: unknown; readonly ms: number }> {
  let settled: { value?: unknown; error?: unknown } | undefined;
  work.then(
    (value) => (settled = { value }),
    (error: unknown) => (settled = { error }),
  );
  const began = clock.monotonic();
  for (;;) {
    await clock.advance(0);
    const ms = clock.monotonic() - began;
    if (settled !== undefined) return { ...settled, ms };
    if (ms > within) throw new Error(`nothing came of it within ${String(within)} ms`);
    await clock.advance(50);
  }
}
