import type { ServiceStatus } from './api/types.ts';
import type { TaskVerdict } from './machines/types.ts';
import type { WorkspaceState } from './model.ts';

export type Failed = Extract<WorkspaceState, { status: 'failed' }>;

/** What asking for its tasks brought. */
export type Sight =
  | TaskVerdict
  /** None, of a server whose answer is the same when its Docker engine cannot be reached. */
  | { readonly status: 'unseen' };

/** Everything that is known of a workspace at a moment. Undefined: not known. */
export interface Facts {
  /** Long work on it that goes on. Milliseconds since the epoch. */
  readonly work: { readonly since: number; readonly step: string } | undefined;
  /** `absent`: it is nowhere on the server. `hidden`: the key may not see it. */
  readonly listed: ServiceStatus | 'absent' | 'hidden' | undefined;
  /** Of its tasks, asked after the listing last changed. */
  readonly sight: Sight | undefined;
  readonly sshAnswers: boolean | undefined;
  /** Why its SSH server is not what it should be, or does not let in. */
  readonly refusal: Failed | undefined;
  /** What the last work on it left, if that was not what was wanted. */
  readonly outcome: Failed | Extract<WorkspaceState, { status: 'unverified' }> | undefined;
}

export const nothingKnown: Facts = {
  work: undefined,
  listed: undefined,
  sight: undefined,
  sshAnswers: undefined,
  refusal: undefined,
  outcome: undefined,
};

/**
 * What a person is told; `before` is what was told last, and holds while nothing is known. Dokploy's own status lags and says
 * *done* of what crashes again and again, so tasks count for more where they were asked for. `now` in milliseconds since the
 * epoch.
 */
export function stateOf(facts: Facts, before: WorkspaceState, now: number): WorkspaceState {
  const { work, listed, sight, outcome, sshAnswers, refusal } = facts;
  if (work !== undefined) return { status: 'deploying', ...work };
  if (listed === 'absent') return { status: 'gone' };
  if (listed === 'hidden') {
    return { status: 'unverified', reason: 'The API key of its server is not shown it. Use one of somebody who may.' };
  }
  if (listed === 'running') return deploying('deploying', before, now);
  if (sight?.status === 'running' && sshAnswers === true) {
    return refusal ?? { status: 'running', node: sight.task.node };
  }
  if (outcome !== undefined) return outcome;
  if (sight !== undefined) return ofTasks(facts, sight, before, now);
  if (refusal !== undefined) return refusal;
  switch (listed) {
    case undefined:
      return settled(before);
    case 'done':
      return { status: 'unverified', reason: 'Its tasks were not asked for yet.' };
    case 'idle':
      return { status: 'stopped' };
    case 'error':
      return deploymentFailed();
  }
}

function ofTasks(
  { listed, sshAnswers }: Pick<Facts, 'listed' | 'sshAnswers'>,
  sight: Sight,
  before: WorkspaceState,
  now: number,
): WorkspaceState {
  switch (sight.status) {
    case 'running':
      return {
        status: 'unverified',
        reason: sshAnswers === false ? 'It runs, but SSH does not answer.' : 'It runs; SSH was not asked yet.',
      };
    case 'starting':
      return deploying(sight.reason, before, now);
    case 'failed':
      return failed(sight.reason, 'Its container log says more.');
    case 'stopped':
      return listed === 'error' ? deploymentFailed() : { status: 'stopped' };
    case 'unseen':
      if (listed === 'error') return deploymentFailed();
      if (listed === 'idle') return { status: 'stopped' };
      return {
        status: 'unverified',
        reason: 'Dokploy shows no container of it, which it also does when the server that runs it cannot be reached.',
      };
  }
}

/** By somebody else, or by its swarm. Since when is known from the moment it was first seen. */
function deploying(step: string, before: WorkspaceState, now: number): WorkspaceState {
  return { status: 'deploying', since: before.status === 'deploying' ? before.since : now, step };
}

function deploymentFailed(): Failed {
  return failed('The last deployment failed.', 'Its deploy log says why.');
}

function failed(reason: string, hint: string): Failed {
  return { status: 'failed', reason, hint, lastLines: [] };
}

/** What a former daemon knew: work that it did is not done by anybody now. */
function settled(before: WorkspaceState): WorkspaceState {
  if (before.status !== 'deploying') return before;
  return { status: 'unverified', reason: 'Its server was not asked yet.' };
}
