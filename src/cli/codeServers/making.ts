import type { CodeServer } from '../../api/contract/codeServers.ts';
import type { DaemonLink } from '../daemonLink.ts';
import { followJob } from '../jobs/follow.ts';
import { Interrupt } from '../jobs/interrupt.ts';
import { isNotFound, newestJob, reportEnd } from '../jobs/outcome.ts';
import { progressOn } from '../jobs/progress.ts';
import { showServer } from './show.ts';

interface MakingOptions {
  readonly detach: boolean;
  readonly json: boolean;
}

/** What was made, unless it is gone again; and the exit code for its making. */
interface Made {
  readonly server: CodeServer | undefined;
  readonly code: number;
}

/** Makes a code-server and follows the job that fills it, if there is one. */
export async function makeServer(
  daemon: DaemonLink,
  make: () => Promise<CodeServer>,
  { detach }: Pick<MakingOptions, 'detach'>,
): Promise<Made> {
  if (detach) return { server: await make(), code: 0 };
  using interrupt = new Interrupt();
  const made = await make();
  const job = newestJob(await daemon.call('jobs.list', {}), made.id);
  if (job === undefined) return { server: made, code: 0 };
  const ended = await followJob(daemon, job, { progress: progressOn(process.stderr), interrupt });
  const server = await existing(daemon, made.id);
  const left = server === undefined ? 'Nothing was created.' : `The code-server “${server.name}” is kept.`;
  return { server, code: reportEnd(ended, interrupt, left) };
}

/** The same for a command: prints what there is then, and gives the exit code. */
export async function makeAndShow(
  daemon: DaemonLink,
  make: () => Promise<CodeServer>,
  options: MakingOptions,
): Promise<number> {
  const { server, code } = await makeServer(daemon, make, options);
  if (server !== undefined) showServer(server, options);
  return code;
}

async function existing(daemon: DaemonLink, id: string): Promise<CodeServer | undefined> {
  try {
    return await daemon.call('codeServers.get', { params: { id } });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
