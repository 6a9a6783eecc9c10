import type { Job } from '../../api/contract/jobs.ts';
import type { Workspace } from '../../api/contract/dokploy.ts';
import type { DaemonLink } from '../daemonLink.ts';
import { jobLine } from '../jobs/commands.ts';
import { followJob } from '../jobs/follow.ts';
import { Interrupt } from '../jobs/interrupt.ts';
import { isNotFound, newestJob, reportEnd } from '../jobs/outcome.ts';
import { progressOn } from '../jobs/progress.ts';
import { print, printJson } from '../output.ts';
import { plain } from '../text.ts';
import { showWorkspace } from './text.ts';

export interface WorkOptions {
  readonly detach: boolean;
  readonly json: boolean;
}

export const followed = 'Returns when it is done. Ctrl+C cancels it; --detach does not wait for it.';

/** Begins a job on a workspace, follows it to its end and shows what there is then. Gives the exit code. */
export async function work(
  daemon: DaemonLink,
  begin: () => Promise<Job>,
  { detach, json }: WorkOptions,
): Promise<number> {
  if (detach) return showJob(await begin(), json);
  using interrupt = new Interrupt();
  return await follow(daemon, await begin(), interrupt, json);
}

/** The same for a new workspace and the job that makes it. */
export async function make(
  daemon: DaemonLink,
  create: () => Promise<Workspace>,
  { detach, json }: WorkOptions,
): Promise<number> {
  if (detach) return showWorkspace(await create(), { json });
  using interrupt = new Interrupt();
  const made = await create();
  const job = newestJob(await daemon.call('jobs.list', {}), made.id);
  return job === undefined ? showWorkspace(made, { json }) : await follow(daemon, job, interrupt, json);
}

async function follow(daemon: DaemonLink, begun: Job, interrupt: Interrupt, json: boolean): Promise<number> {
  const job = await followJob(daemon, begun, { progress: progressOn(process.stderr), interrupt });
  const workspace = await existing(daemon, job.resourceId);
  const code = reportEnd(job, interrupt);
  if (workspace === undefined) return showJob(job, json) || code;
  showWorkspace(workspace, { json });
  if (!json && code !== 0 && workspace.state.status === 'failed') {
    for (const line of workspace.state.lastLines) process.stderr.write(`  ${plain(line)}\n`);
  }
  return code;
}

const showJob = (job: Job, json: boolean): number => (json ? printJson(job) : print(jobLine(job)));

async function existing(daemon: DaemonLink, id: string): Promise<Workspace | undefined> {
  try {
    return await daemon.call('dokploy.get', { params: { id }, query: {} });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
