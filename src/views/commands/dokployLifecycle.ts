import * as vscode from 'vscode';
import type { Workspace } from '../../api/contract/dokploy.ts';
import type { Job } from '../../api/contract/jobs.ts';
import { canWorkspace } from '../dokploy/actions.ts';
import { cancelJob, followWork } from '../dokploy/progress.ts';
import { workspaceRemoval } from '../dokploy/removal.ts';
import { workspaceTarget } from '../dokploy/target.ts';
import { Failure } from '../shared/errorView.ts';
import type { Session } from '../shared/session.ts';
import { runningJobOf } from '../shared/snapshot.ts';
import type { CommandFamily } from './ids.ts';

type LifecycleCommand =
  | 'devyard.dokploy.start'
  | 'devyard.dokploy.stop'
  | 'devyard.dokploy.restart'
  | 'devyard.dokploy.redeploy'
  | 'devyard.dokploy.delete'
  | 'devyard.dokploy.cancelJob';

/** What is said of an action that a job carries out. */
interface Words {
  readonly placeholder: string;
  readonly none: string;
  readonly title: (name: string) => string;
  readonly failure: (name: string) => string;
}

type JobAction = 'start' | 'stop' | 'restart' | 'redeploy';

/** What makes workspaces run and end. Each is a job of the daemon, which goes on without this window. */
export function dokployLifecycleCommands(session: Session): CommandFamily<LifecycleCommand> {
  const { l10n } = vscode;
  const words: Record<JobAction, Words> = {
    start: {
      placeholder: l10n.t('Which workspace to start?'),
      none: l10n.t('There is no workspace that could be started.'),
      title: (name) => l10n.t('Starting {0}', name),
      failure: (name) => l10n.t('Could not start {0}', name),
    },
    stop: {
      placeholder: l10n.t('Which workspace to stop?'),
      none: l10n.t('No workspace is running.'),
      title: (name) => l10n.t('Stopping {0}', name),
      failure: (name) => l10n.t('Could not stop {0}', name),
    },
    restart: {
      placeholder: l10n.t('Which workspace to restart?'),
      none: l10n.t('No workspace is running.'),
      title: (name) => l10n.t('Restarting {0}', name),
      failure: (name) => l10n.t('Could not restart {0}', name),
    },
    redeploy: {
      placeholder: l10n.t('Which workspace to deploy anew?'),
      none: l10n.t('There is no workspace that could be deployed.'),
      title: (name) => l10n.t('Redeploying {0}', name),
      failure: (name) => l10n.t('Could not redeploy {0}', name),
    },
  };
  const run = async (action: JobAction, args: readonly unknown[]): Promise<void> => {
    const { placeholder, none, title, failure } = words[action];
    const filter = (one: Workspace, busy: boolean): boolean => canWorkspace(action, one, busy);
    const workspace = await workspaceTarget(session, args, { placeholder, none, filter });
    if (workspace === undefined) return;
    const { id, name } = workspace;
    const retry = (): unknown => vscode.commands.executeCommand(`devyard.dokploy.${action}`, id);
    const job = await begun(session, failure(name), id, (client) =>
      client.call(`dokploy.${action}`, { params: { id } }),
    );
    await followWork(session, { title: title(name), failure: failure(name), workspace, job, retry });
  };
  return {
    'devyard.dokploy.start': (...args) => run('start', args),
    'devyard.dokploy.stop': (...args) => run('stop', args),
    'devyard.dokploy.restart': (...args) => run('restart', args),
    'devyard.dokploy.redeploy': (...args) => run('redeploy', args),
    'devyard.dokploy.delete': async (...args) => {
      const placeholder = l10n.t('Which workspace to delete?');
      const none = l10n.t('There is no workspace yet.');
      const workspace = await workspaceTarget(session, args, { placeholder, none });
      if (workspace !== undefined) await remove(session, workspace);
    },
    'devyard.dokploy.cancelJob': async (...args) => {
      const workspace = await workspaceTarget(session, args, {
        placeholder: l10n.t('Cancel what is going on with which workspace?'),
        none: l10n.t('Nothing is being done with any workspace.'),
        filter: (one, busy) => canWorkspace('cancel', one, busy),
      });
      const job = workspace && runningJobOf(session.snapshot, workspace.id);
      if (job === undefined) return;
      try {
        await cancelJob(session, job);
      } catch (error) {
        throw new Failure(l10n.t('Could not cancel: {0}', job.title), error, { workspaceId: job.resourceId });
      }
    },
  };
}

async function remove(session: Session, workspace: Workspace): Promise<void> {
  const { l10n } = vscode;
  const { id, name, serverId } = workspace;
  const busy = runningJobOf(session.snapshot, id) !== undefined;
  const server = session.snapshot.dokployServers.get(serverId);
  const { message, detail, choices } = workspaceRemoval(workspace, server, busy, l10n);
  const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...choices);
  if (chosen === undefined) return;
  const query = { volumes: String(chosen.volumes), forget: String(chosen.forget) };
  const failure = l10n.t('Could not delete {0}', name);
  const job = await begun(session, failure, id, (client) => client.call('dokploy.delete', { params: { id }, query }));
  const retry = (): unknown => vscode.commands.executeCommand('devyard.dokploy.delete', id);
  await followWork(session, { title: l10n.t('Deleting {0}', name), failure, workspace, job, retry });
}

type Client = Awaited<ReturnType<Session['connect']>>['client'];

/** Asks the daemon to begin; what goes wrong says what was tried. */
async function begun(
  session: Session,
  failure: string,
  workspaceId: string,
  ask: (client: Client) => Promise<Job>,
): Promise<Job> {
  try {
    return await ask((await session.connect()).client);
  } catch (error) {
    throw new Failure(failure, error, { workspaceId });
  }
}
