import type { CodeServer } from '../../api/contract/codeServers.ts';
import type { Status } from './presentation.ts';

/** What can be done with a code-server now. The manifest's `when` clauses say the same; a test compares the two. */
export type ItemAction = 'open' | 'start' | 'stop' | 'restart';

const allowed: Record<ItemAction, readonly Status[]> = {
  open: ['running', 'unhealthy'],
  start: ['stopped', 'failed'],
  stop: ['starting', 'running', 'unhealthy'],
  restart: ['running', 'unhealthy'],
};

export function can(action: ItemAction, status: Status): boolean {
  return allowed[action].includes(status);
}

export function whichCan(action: ItemAction, codeServers: Iterable<CodeServer>): readonly CodeServer[] {
  return [...codeServers].filter((codeServer) => can(action, codeServer.state.status));
}

/** True while it is on the way from one lasting state to another. */
export function isBusy(status: Status): boolean {
  return status === 'creating' || status === 'starting' || status === 'stopping';
}
