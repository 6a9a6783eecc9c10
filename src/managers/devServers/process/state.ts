import { DevyardError } from '../../shared/errors.ts';
import type { DevProcessRun, DevProcessState, ProcessFailure } from '../model.ts';

export type ProcessSignal =
  | { readonly type: 'start'; readonly at: number; readonly step: string }
  | { readonly type: 'step'; readonly step: string }
  | { readonly type: 'launched'; readonly run: DevProcessRun; readonly waitingFor: readonly string[] }
  /** A former daemon had started it, and it still runs. */
  | { readonly type: 'adopted'; readonly run: DevProcessRun; readonly waitingFor: readonly string[] }
  /** A former daemon had started it, and it has ended. */
  | { readonly type: 'gone'; readonly at: number }
  | { readonly type: 'waiting'; readonly runId: string; readonly waitingFor: readonly string[] }
  | { readonly type: 'ready'; readonly runId: string; readonly at: number }
  /** It ended because its port was taken, and is started anew on another one. */
  | { readonly type: 'moved'; readonly runId: string; readonly at: number; readonly step: string }
  | { readonly type: 'failed'; readonly failure: ProcessFailure }
  /** Nothing of it is left. */
  | { readonly type: 'stopped'; readonly at: number };

/**
 * The state after a signal. Throws `wrong-state` for one that is not of this state: news of a run that is not the present
 * one, and whatever comes after *stopped* but a new start.
 */
export function transition(state: DevProcessState, signal: ProcessSignal): DevProcessState {
  const { status } = state;
  const up = status === 'running' || status === 'ready';
  switch (signal.type) {
    case 'start':
      if (status !== 'idle' && status !== 'stopped' && status !== 'error') break;
      return { status: 'starting', since: signal.at, step: signal.step };
    case 'step':
      if (status !== 'starting') break;
      return { ...state, step: signal.step };
    case 'launched':
      if (status !== 'starting') break;
      return { status: 'running', run: signal.run, waitingFor: signal.waitingFor };
    case 'adopted':
      if (status !== 'idle' && status !== 'stopped') break;
      return { status: 'running', run: signal.run, waitingFor: signal.waitingFor };
    case 'gone':
      if (status !== 'idle') break;
      return { status: 'stopped', at: signal.at };
    case 'waiting':
      if (status !== 'running' || state.run.runId !== signal.runId) break;
      return { ...state, waitingFor: signal.waitingFor };
    case 'ready':
      if (status !== 'running' || state.run.runId !== signal.runId) break;
      return { status: 'ready', run: state.run, readyAt: signal.at };
    case 'moved':
      if (!up || state.run.runId !== signal.runId) break;
      return { status: 'starting', since: signal.at, step: signal.step };
    case 'failed':
      // In *error*, too: what it left behind may turn out not to be endable while a restart is waited for.
      if (status === 'idle' || status === 'stopped') break;
      return { status: 'error', ...signal.failure };
    case 'stopped':
      if (status === 'idle' || status === 'stopped') break;
      return { status: 'stopped', at: signal.at };
  }
  throw new DevyardError('wrong-state', `A process that is ${status} cannot take “${signal.type}”.`);
}
