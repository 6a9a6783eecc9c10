import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { machinesIn } from '../../managers/dokploy/machines/findMachine.ts';
import { removeMachine } from '../../managers/dokploy/machines/removeMachine.ts';
import type { RunVerb } from '../call.ts';
import { emptyingOf } from '../emptying.ts';
import { forgetHint } from '../hint.ts';
import { refOf } from '../locate.ts';
import { removeLock } from '../lock.ts';
import { machineEnvironment } from '../machineEnvironment.ts';
import { keepVolumesOption } from '../machineOptions.ts';
import { machineContext, withMachine } from '../machineWork.ts';
import { sshFiles } from '../remote.ts';

/** Deletes the machine and what belongs to it, here and on the server. Fine when it is gone already. */
export const remove: RunVerb = async (call) => {
  const { env, log, signal } = call;
  const volumes = !keepVolumesOption(env);
  const { folder: named } = machineEnvironment(env);
  // DevPod erases the folder, and may ask again.
  const folder = named !== undefined && (await isFolder(named)) ? named : undefined;
  await withMachine(call, folder, async (work) => {
    const { api, identity } = work;
    const wanted = { marker: identity.marker, name: identity.machine.id };
    // All that bear its mark: a creation that was torn may have left a second one.
    const machines = await machinesIn(api, await api.projects({ signal }), wanted, signal);
    if (machines.length === 0) log.info(`There is no machine “${identity.machine.id}” any more.`);
    for (const machine of machines) {
      const wipe = volumes && folder !== undefined ? await emptyingOf(call, work, machine, folder) : undefined;
      await removeMachine(machineContext(call, work), refOf(machine), { volumes, wipe });
    }
    if (folder === undefined) return;
    await forgetHint(folder);
    for (const name of sshFiles) await rm(join(folder, name), { force: true });
  });
  if (folder !== undefined) await removeLock(folder);
  return 0;
};

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
