import type { Localizer } from '../../../shared/l10n.ts';

/** A folder of the workspace that outlives its container. */
export interface VolumeWish {
  /** `home` and `docker` are those that every workspace has, or every one with Docker inside. */
  readonly role: 'home' | 'docker' | 'own';
  /** Of the Docker volume; undefined: Devyard chooses one that nothing else has. */
  readonly name: string | undefined;
  /** Where it is in the workspace; of `home` as long as nobody chose who logs in: empty. */
  readonly mountPath: string;
}

export const usualVolumes: readonly VolumeWish[] = [
  { role: 'home', name: undefined, mountPath: '' },
  { role: 'docker', name: undefined, mountPath: '/var/lib/docker' },
];

export function homeOf(user: string): string {
  return user === 'root' ? '/root' : `/home/${user}`;
}

/** `/data` or `name:/data`, as Docker has it. Undefined for what is neither. */
export function parseVolume(text: string): VolumeWish | undefined {
  const [, name, path = ''] = /^(?:([a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}):)?(\/.+)$/.exec(text.trim()) ?? [];
  const mountPath = path.replace(/\/+$/, '');
  if (mountPath === '' || mountPath.length > 1000 || /[:\p{Cc}]|(?:^|\/)\.\.?(?:\/|$)/u.test(mountPath))
    return undefined;
  return { role: 'own', name, mountPath };
}

export function volumeText({ name, mountPath }: VolumeWish): string {
  return name === undefined ? mountPath : `${name}:${mountPath}`;
}

/** `others`: those that are mounted besides this one. */
export function volumeProblem(text: string, others: readonly VolumeWish[], l10n: Localizer): string | undefined {
  const volume = parseVolume(text);
  if (volume === undefined) {
    return /^[.~]/.test(text.trim()) || /^[^/:]*$/.test(text.trim())
      ? l10n.t('Enter an absolute path such as /data.')
      : l10n.t('Enter a path such as /data, or name:/data; without colons and .. in the path.');
  }
  if (others.some(({ mountPath }) => mountPath === volume.mountPath)) {
    return l10n.t('A volume is mounted at {0} already.', volume.mountPath);
  }
  return volume.name !== undefined && others.some(({ name }) => name === volume.name)
    ? l10n.t('The volume {0} is mounted already.', volume.name)
    : undefined;
}

/** Those that a workspace really gets: one for Docker only where Docker is inside, the home folder where its user's is. */
export function realVolumes(
  wishes: readonly VolumeWish[],
  { docker, user }: { readonly docker: boolean; readonly user: string },
): readonly VolumeWish[] {
  return wishes
    .filter(({ role }) => role !== 'docker' || docker)
    .map((wish) => (wish.role === 'home' ? { ...wish, mountPath: homeOf(user) } : wish));
}

/**
 * Volumes with a name each. `prefix` is one that no other workspace has: a volume of a deleted workspace that still exists
 * must not become part of a new one.
 */
export function namedVolumes(
  wishes: readonly VolumeWish[],
  prefix: string,
): readonly { readonly name: string; readonly mountPath: string }[] {
  const taken = new Set(wishes.map(({ name }) => name));
  return wishes.map(({ role, name, mountPath }) => {
    if (name !== undefined) return { name, mountPath };
    const what = role === 'own' ? mountPath.replaceAll(/[^a-zA-Z0-9]+/g, '-').replace(/^-|-$/g, '') : role;
    const wanted = `${prefix}-${what === '' ? 'data' : what.slice(0, 40)}`;
    let made = wanted;
    for (let number = 2; taken.has(made); number += 1) made = `${wanted}-${String(number)}`;
    taken.add(made);
    return { name: made, mountPath };
  });
}
