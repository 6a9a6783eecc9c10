import type { Workspace } from '../../api/contract/dokploy.ts';

/** What can be done with a workspace now. The manifest's `when` clauses say the same; a test compares the two. */
export type WorkspaceAction =
  /** Terminal, Remote-SSH, a command, a port. */
  | 'connect'
  | 'start'
  | 'stop'
  | 'restart'
  | 'redeploy'
  | 'edit'
  | 'delete'
  | 'adopt'
  | 'cancel'
  /** A page of it in a browser. */
  | 'open'
  | 'openInDokploy'
  | 'showLog'
  | 'copySshConfig'
  | 'forgetHostKey';

/** `busy`: a job works on it, which can be cancelled; and deleting cancels it. */
export function canWorkspace(action: WorkspaceAction, workspace: Workspace, busy: boolean): boolean {
  const { managed, state, endpoint, serviceId } = workspace;
  const { status } = state;
  const cared = managed !== 'no';
  const there = cared && serviceId !== null && status !== 'gone';
  switch (action) {
    case 'connect':
      // Nobody may have looked for a while: then trying is the way to find out.
      return cared && !busy && endpoint !== null && (status === 'running' || status === 'unverified');
    case 'start':
      return there && !busy && (status === 'stopped' || status === 'failed');
    case 'stop':
      return there && !busy && status !== 'stopped';
    case 'restart':
      return there && !busy && (status === 'running' || status === 'unverified');
    case 'redeploy':
      // What was never finished is finished by it, and a deployment that Dokploy has lost is begun anew.
      return cared && !busy && status !== 'gone';
    case 'edit':
      return managed === 'created' && !busy && status !== 'gone';
    case 'delete':
      return cared;
    case 'adopt':
      return !cared && serviceId !== null;
    case 'cancel':
      return cared && busy;
    case 'open':
      return isOpenable(workspace);
    case 'openInDokploy':
      return workspace.dashboardUrl !== null;
    case 'showLog':
      return there;
    case 'copySshConfig':
      return cared && endpoint !== null;
    case 'forgetHostKey':
      return cared && workspace.hostKey !== null;
  }
}

/** Whether Devyard takes care of it: all others are services of the server that it could take care of. */
export function isCaredFor({ managed }: Workspace): boolean {
  return managed !== 'no';
}

/** It has a page that a browser on this computer can be sent to: by a domain, or through a port that is forwarded. */
function isOpenable({ domains, forwards }: Workspace): boolean {
  return domains.length > 0 || forwards.length > 0;
}
