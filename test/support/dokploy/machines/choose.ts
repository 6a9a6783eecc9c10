import { ensureDocker } from '../../../../scripts/lib/docker.mjs';
import { ensureSshd } from '../../../../scripts/lib/sshd.mjs';
import { dockerMachines } from './docker.ts';
import { pretendedMachines } from './pretended.ts';
import { sshdMachines } from './sshd.ts';
import type { Machines } from './types.ts';

/** Rejects with the reason why the wished kind cannot be had here; a test skips with it. */
export async function chooseMachines(wish: Machines['kind'] | undefined): Promise<Machines> {
  if (wish === 'none') return pretendedMachines();
  if (wish === 'sshd') return withSshd();
  const docker = withDocker();
  return wish === 'docker' ? docker : docker.catch(withSshd).catch(pretendedMachines);
}

async function withSshd(): Promise<Machines> {
  const sshd = await ensureSshd();
  if (sshd.path === undefined) throw new Error(sshd.reason);
  return sshdMachines(sshd.path);
}

async function withDocker(): Promise<Machines> {
  // The image is made of this host's own OpenSSH.
  const sshd = await ensureSshd();
  if (sshd.path === undefined) throw new Error(sshd.reason);
  const docker = await ensureDocker();
  if (docker.socket === undefined) throw new Error(docker.reason);
  try {
    return await dockerMachines(docker.socket, docker.close);
  } catch (error) {
    await docker.close();
    throw error;
  }
}
