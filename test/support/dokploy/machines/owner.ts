import { readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Temporary, temporaryFolder } from '../../temporary.ts';

/** When a process began, in clock ticks after the boot (proc(5), field 22 of stat); undefined: there is none, or no /proc. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** Names this process among all that ever run here. */
export const ownerTag = (): string => `${String(process.pid)}-${startOf(process.pid) ?? '0'}`;

/** Whether the process that wrote that tag still runs. */
export function ownerLives(tag: string): boolean {
  const [pid = '', start = ''] = tag.split('-');
  if (start !== '0') return startOf(Number(pid)) === start;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
}

/** A temporary folder with this process in its name. Those of processes that are gone are erased first. */
export async function ownedFolder(): Promise<Temporary> {
  for (const name of await readdir(tmpdir())) {
    const tag = /^devyard-dokploy-(\d+-\d+)-/.exec(name)?.[1];
    if (tag !== undefined && !ownerLives(tag)) await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
  return temporaryFolder(`devyard-dokploy-${ownerTag()}-`);
}
