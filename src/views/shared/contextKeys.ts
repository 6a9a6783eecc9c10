import { isRunning, runningJobOf, type Snapshot } from './snapshot.ts';
import type { SessionState } from './sessionState.ts';
import { can, type ItemAction } from '../codeServers/actions.ts';
import { canDev, type DevAction } from '../devServers/actions.ts';
import { canWorkspace, isCaredFor, type WorkspaceAction } from '../dokploy/actions.ts';

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
  readonly 'devyard.hasDokployServers': boolean;
  readonly 'devyard.hasWorkspaces': boolean;
  readonly 'devyard.canStartWorkspace': boolean;
  readonly 'devyard.canStopWorkspace': boolean;
  readonly 'devyard.canConnectWorkspace': boolean;
  readonly 'devyard.canAdoptService': boolean;
}

export function contextValues(state: SessionState, snapshot: Snapshot, platform: string): ContextValues {
  const all = [...snapshot.codeServers.values()];
  // Before the daemon is there nobody knows; the command then starts it and asks.
  const some = (action: ItemAction): boolean =>
    state.status !== 'connected' || all.some((one) => can(action, one.state.status));
  const projects = [...snapshot.devServers.values()];
  const someProject = (action: DevAction): boolean =>
    state.status !== 'connected' || projects.some((one) => canDev(action, one));
  const workspaces = [...snapshot.workspaces.values()];
  const someWorkspace = (action: WorkspaceAction): boolean =>
    state.status !== 'connected' ||
    workspaces.some((one) => canWorkspace(action, one, runningJobOf(snapshot, one.id) !== undefined));
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
    'devyard.hasDokployServers': state.status !== 'connected' || snapshot.dokployServers.size > 0,
    'devyard.hasWorkspaces': state.status !== 'connected' || workspaces.some(isCaredFor),
    'devyard.canStartWorkspace': someWorkspace('start'),
    'devyard.canStopWorkspace': someWorkspace('stop'),
    'devyard.canConnectWorkspace': someWorkspace('connect'),
    'devyard.canAdoptService': someWorkspace('adopt'),
  };
}

function downKind(state: SessionState): ContextValues['devyard.down'] {
  if (state.status !== 'down') return '';
  return state.reason.code === 'reload-window' ? 'outdated' : state.kind;
}
