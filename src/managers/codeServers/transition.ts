import { DevyardError } from '../shared/errors.ts';
import type { CodeServerRun, CodeServerState, FailedState } from './model.ts';

/** Everything that can happen to a code-server. */
export type Signal =
  | { readonly type: 'created' }
  | { readonly type: 'start'; readonly at: number }
  | { readonly type: 'progress'; readonly step: string }
  | { readonly type: 'healthy'; readonly run: CodeServerRun }
  | { readonly type: 'unanswered'; readonly run: CodeServerRun; readonly reason: string; readonly at: number }
  | { readonly type: 'stop'; readonly at: number }
  /** The process tree is gone because that was asked for, or it ended by itself without a failure. */
  | { readonly type: 'ended' }
  | { readonly type: 'failed'; readonly failure: Omit<FailedState, 'status'> };

type Status = CodeServerState['status'];

/** From which states a signal is legal. A stop is legal wherever there may be a process. */
const legal: Readonly<Record<Signal['type'], readonly Status[]>> = {
  created: ['creating'],
  start: ['stopped', 'failed'],
  progress: ['starting'],
  healthy: ['starting', 'running', 'unhealthy'],
  unanswered: ['starting', 'running', 'unhealthy', 'stopping'],
  stop: ['starting', 'running', 'unhealthy', 'stopping'],
  ended: ['starting', 'running', 'unhealthy', 'stopping'],
  failed: ['creating', 'starting', 'running', 'unhealthy', 'stopping'],
};

/** The state after a signal. Throws `wrong-state` where the signal makes no sense; never changes its arguments. */
export function transition(state: CodeServerState, signal: Signal): CodeServerState {
  if (!legal[signal.type].includes(state.status)) throw refused(state, signal);
  switch (signal.type) {
    case 'created':
    case 'ended':
      return { status: 'stopped' };
    case 'start':
      return { status: 'starting', since: signal.at, step: 'starting the process' };
    case 'progress':
      return state.status === 'starting' ? { ...state, step: signal.step } : state;
    case 'healthy':
      return { status: 'running', run: signal.run };
    case 'unanswered':
      return {
        status: 'unhealthy',
        run: signal.run,
        reason: signal.reason,
        since: state.status === 'unhealthy' ? state.since : signal.at,
      };
    case 'stop':
      return state.status === 'stopping' ? state : { status: 'stopping', since: signal.at };
    case 'failed':
      return { status: 'failed', ...signal.failure };
  }
}

const attempts: Readonly<Record<Signal['type'], string>> = {
  created: 'created',
  start: 'started',
  progress: 'advanced',
  healthy: 'healthy',
  unanswered: 'unhealthy',
  stop: 'stopped',
  ended: 'ended',
  failed: 'failed',
};

const hints: Readonly<Record<Status, string>> = {
  creating: 'It is still being created; wait a moment.',
  stopped: 'Start it first.',
  starting: 'Wait until it runs, or stop it.',
  running: 'Stop or restart it.',
  unhealthy: 'Stop or restart it.',
  stopping: 'Wait until it has stopped.',
  failed: 'Start it first.',
};

function refused(state: CodeServerState, signal: Signal): DevyardError {
  return new DevyardError(
    'wrong-state',
    `The code-server is ${state.status}; it cannot be ${attempts[signal.type]} now.`,
    {
      hint: hints[state.status],
    },
  );
}
