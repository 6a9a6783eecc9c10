import { healthProbe } from '../api/client/healthProbe.ts';
import type { DaemonFile } from '../api/contract/discovery.ts';
import { apiVersion } from '../api/contract/routes.ts';
import { build } from '../build.ts';
import { DevyardError } from '../managers/shared/errors.ts';
import { writeFileAtomic } from '../managers/shared/files.ts';
import type { ProcessPlatform } from '../managers/shared/processes/types.ts';

const answerMs = 1000;

/** The lock is enough where locks work; on a file system where they do not, the other daemon still answers. */
export async function requireNobodyAt(socketPath: string): Promise<void> {
  if ((await healthProbe.ask({ socketPath }, answerMs)) === 'none') return;
  throw new DevyardError('conflict', 'Another Devyard daemon answers for this data directory.', {
    hint: 'Use it, or stop it with `devyard stop`.',
  });
}

/** Writes where this process is found, and that it is this one. */
export async function writeDaemonFile(
  path: string,
  { socket, token }: Pick<DaemonFile, 'socket' | 'token'>,
  platform: Pick<ProcessPlatform, 'identify'>,
): Promise<void> {
  const { pid } = process;
  const startTime = (await platform.identify(pid))?.startTime ?? 'unknown';
  const file: DaemonFile = { socket, token, pid, startTime, ...build, apiVersion };
  await writeFileAtomic(path, `${JSON.stringify(file)}\n`);
}
