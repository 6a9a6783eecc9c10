import { createHash } from 'node:crypto';
import { DevyardError } from '../../shared/errors.ts';
import { startScript } from './startScript.ts';
import type { MachinePlan, MachineVolume } from './types.ts';
import { unixUser } from './unixUser.ts';

/** Where the start script keeps the host keys of sshd. */
export const hostKeyFolder = '/var/lib/devyard/ssh';
/** Of sshd, in the container. */
export const sshPort = 22;

/** Throws `invalid` for what Dokploy or Docker would not take, or take otherwise than it is meant; `field` names it. */
export function checkPlan(plan: MachinePlan): void {
  const { sshPortRange, registry, kind, image, user } = plan;
  if (!/^\S+$/.test(image)) throw invalid('image', `“${image}” is no Docker image.`, 'Name one, such as debian:12.');
  if (!unixUser.test(user)) {
    throw invalid('user', `“${user}” is no Unix user name.`, 'Use lower-case letters, digits, dashes and underscores.');
  }
  if (!/^[a-z0-9@.-]+ [A-Za-z0-9+/=]+(?: [^\n\r\0]*)?$/.test(plan.publicKey)) {
    throw invalid('publicKey', 'The public key is not one line of authorized_keys.', 'Give the text of a .pub file.');
  }
  if (!isPort(sshPortRange.from) || !isPort(sshPortRange.to) || sshPortRange.to < sshPortRange.from) {
    const { from, to } = sshPortRange;
    throw invalid(
      'sshPortRange',
      `${String(from)}–${String(to)} is no range of ports.`,
      'Give two of 1 to 65535, the lower one first.',
    );
  }
  if (registry !== null && kind === 'compose') {
    throw invalid(
      'registry',
      'Dokploy takes a password of a registry for an application only, not for a compose service.',
      'Add the registry in Dokploy itself (Settings, Registry): its machine is then logged in to it.',
    );
  }
  const odd = Object.keys(plan.env).find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (odd !== undefined) {
    throw invalid(`env.${odd}`, `“${odd}” is no name of a variable.`, 'Use letters, digits and underscores.');
  }
}

/** All variables of the container. */
export function environmentOf({ env, publicKey }: MachinePlan): Readonly<Record<string, string>> {
  return { ...env, AUTHORIZED_KEY: publicKey };
}

/** A value that is shorter is no secret, and would be found in every other line of a log. */
const shortestSecret = 8;

/** What must not be shown though a log may hold it. */
export function secretsIn({ registry, env }: Pick<MachinePlan, 'registry' | 'env'>): readonly string[] {
  const values = Object.values(env).flatMap((value) => [value, ...value.split('\n')]);
  return [
    ...(registry === null ? [] : [registry.password]),
    ...values.filter(({ length }) => length >= shortestSecret),
  ];
}

/** All volumes of the container, with one for the host keys: a new container must be known as the same host. */
export function volumesOf({ volumes, sshd, marker }: MachinePlan): readonly MachineVolume[] {
  if (sshd === 'image' || volumes.some(({ mountPath }) => mountPath === hostKeyFolder)) return volumes;
  const name = `devyard-${createHash('sha256').update(marker).digest('hex').slice(0, 12)}-ssh`;
  return [...volumes, { name, mountPath: hostKeyFolder }];
}

/** Whether a container that ended with 0 must not be started again by Docker. */
export function staysEnded({ idleStopMinutes, endsItself }: MachinePlan): boolean {
  return idleStopMinutes !== null || endsItself === true;
}

/** What the container runs instead of the image's own program; undefined: nothing. For `/bin/sh -c`. */
export function scriptOf(plan: MachinePlan): string | undefined {
  if (plan.sshd === 'image') return undefined;
  return startScript({
    user: plan.user,
    hostKeyFolder,
    folders: plan.volumes.map(({ mountPath }) => mountPath),
    idleStopMinutes: plan.idleStopMinutes,
    hasDocker: plan.kind === 'compose',
  });
}

/**
 * Stands in the title of a deployment and says from what it was made: a creation that goes on after a crash sees by it that
 * nothing is left to deploy. Not a secret: the password of a registry is not in it.
 */
export function fingerprintOf(plan: MachinePlan, port: number): string {
  const { kind, image, registry, cpus, memoryMb, ports, idleStopMinutes } = plan;
  const facts = [
    kind,
    image,
    registry?.url,
    registry?.username,
    cpus,
    memoryMb,
    ports,
    idleStopMinutes,
    ...(plan.endsItself === true ? ['endsItself'] : []),
    port,
    environmentOf(plan),
    volumesOf(plan),
    scriptOf(plan),
  ];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 12);
}

/** What a service's description holds, by which a repeated creation recognises it. */
export function descriptionOf({ marker }: Pick<MachinePlan, 'marker'>): string {
  return `Made by Devyard (${marker})`;
}

/** Whether a description is that of the machine with this marker and not of one whose marker begins alike. */
export function hasMarker(description: string, marker: string): boolean {
  return description.includes(`(${marker})`);
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

function invalid(field: string, message: string, hint: string): DevyardError {
  return new DevyardError('invalid', message, { field, hint });
}
