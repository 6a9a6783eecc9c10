import { isRunning, type Snapshot } from './snapshot.ts';
import type { SessionState } from './sessionState.ts';
import { can, type ItemAction } from '../codeServers/actions.ts';
import { canDev, type DevAction } from '../devServers/actions.ts';

/** Values of the keys that `when` clauses of the manifest ask for. */
export interface ContextValues {
  readonly 'devyard.state': SessionState['status'];
  /** Why there is no daemon: empty unless the state is `down`. */
  readonly 'devyard.down': 'stopped' | 'failed' | 'outdated' | '';
  readonly 'devyard.engine': 'unknown' | 'ready' | 'missing' | 'tooOld' | 'installing' | 'installFailed';
  /** Operating system of the computer the daemon runs on, as Node.js names it. */
  readonly 'devyard.platform': string;
  readonly 'devyard.canStart': boolean;
  readonly 'devyard.canStop': boolean;
  readonly 'devyard.hasCodeServers': boolean;
  readonly 'devyard.hasJobs': boolean;
  readonly 'devyard.hasDevServers': boolean;
  readonly 'devyard.canStartDevServer': boolean;
  readonly 'devyard.canStopDevServer': boolean;
}

export function contextValues(state: SessionState, snapshot: Snapshot, platform: string): ContextValues {
  const all = [...snapshot.codeServers.values()];
  // Before the daemon is there nobody knows; the command then starts it and asks.
  const some = (action: ItemAction): boolean =>
    state.status !== 'connected' || all.some((one) => can(action, one.state.status));
  const projects = [...snapshot.devServers.values()];
  const someProject = (action: DevAction): boolean =>
    state.status !== 'connected' || projects.some((one) => canDev(action, one));
  return {
    'devyard.state': state.status,
    'devyard.down': downKind(state),
    'devyard.engine': snapshot.engine?.status ?? 'unknown',
    'devyard.platform': platform,
    'devyard.canStart': some('start'),
    'devyard.canStop': some('stop'),
    'devyard.hasCodeServers': state.status !== 'connected' || all.length > 0,
    'devyard.hasJobs': [...snapshot.jobs.values()].some(isRunning),
    'devyard.hasDevServers': state.status !== 'connected' || projects.length > 0,
    'devyard.canStartDevServer': someProject('start'),
    'devyard.canStopDevServer': someProject('stop'),
  };
}

function downKind(state: SessionState): ContextValues['devyard.down'] {
  if (state.status !== 'down') return '';
  return state.reason.code === 'reload-window' ? 'outdated' : state.kind;
}
