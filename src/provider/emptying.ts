import type { MountRow, Service } from '../managers/dokploy/api/types.ts';
import { emptyVolumes, startToEmpty } from '../managers/dokploy/machines/emptyVolumes.ts';
import { hostKeyFolder } from '../managers/dokploy/machines/plan.ts';
import type { RemoveOptions } from '../managers/dokploy/machines/removeMachine.ts';
import { DevyardError, messageOf } from '../managers/shared/errors.ts';
import type { Call } from './call.ts';
import { refOf, sshEndpoint } from './locate.ts';
import { userOption } from './machineOptions.ts';
import { isOwnVolume } from './machinePlan.ts';
import { machineContext, type MachineWork } from './machineWork.ts';
import { connectTo, type Login, readPrivateKey } from './remote.ts';

const connectMs = 20_000;

/**
 * How the volumes of an application are emptied, which Dokploy does not remove: a machine that is stopped is started for it.
 * Only those that were made for this machine: one that a person named may be another machine's, too. Undefined: it cannot
 * be done, which keeps nobody from deleting the machine, or there is nothing to empty.
 */
export async function emptyingOf(
  call: Call,
  work: MachineWork,
  service: Service,
  folder: string,
): Promise<RemoveOptions['wipe']> {
  const { env, log, signal } = call;
  const { marker, machine } = work.identity;
  if (service.kind !== 'application' || !service.deployments.some(({ status }) => status === 'done')) return undefined;
  const own = service.mounts.filter(
    ({ volumeName }) => volumeName !== null && isOwnVolume(machine, marker, volumeName),
  );
  for (const { volumeName } of service.mounts.filter((mount) => isSomebodys(mount) && !own.includes(mount))) {
    log.info(`The volume “${volumeName ?? ''}” stays on the server as it is: another machine may use it.`);
  }
  try {
    const user = userOption(env);
    const login: Login = { folder, machineId: machine.id, user, privateKey: await readPrivateKey(folder) };
    await startToEmpty(machineContext(call, work, login), refOf(service));
    return () => empty(call, work, service, login, own);
  } catch (error) {
    signal.throwIfAborted();
    log.info(`Its volumes cannot be emptied: ${messageOf(error)}`);
    return undefined;
  }
}

/** Whether somebody named the volume; that of the host keys is Devyard's. */
function isSomebodys({ type, mountPath }: MountRow): boolean {
  return type === 'volume' && mountPath !== hostKeyFolder;
}

async function empty(
  { signal, clock }: Call,
  { connection }: MachineWork,
  service: Service,
  login: Login,
  volumes: readonly MountRow[],
): Promise<void> {
  const endpoint = sshEndpoint(service, connection);
  if (endpoint === null) throw new DevyardError('wrong-state', 'It publishes no port for SSH.');
  const ssh = await connectTo(endpoint, login, { signal, clock, timeoutMs: connectMs });
  try {
    const paths = volumes.map(({ mountPath }) => mountPath);
    await emptyVolumes((command) => ssh.exec(command, { signal }), { paths, besides: [hostKeyFolder] });
  } finally {
    ssh.end();
  }
}
