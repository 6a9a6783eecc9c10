import { createHash } from 'node:crypto';
import type { ServiceKind } from './api/types.ts';

/** A name as hosts, volumes and swarm services may have it: lower-case letters, digits and single dashes. */
export function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return slug === '' ? 'workspace' : slug;
}

/** The host name under which OpenSSH knows a workspace, unlike all that are taken. */
export function sshAliasOf(name: string, taken: ReadonlySet<string>): string {
  const wanted = `devyard-${slugOf(name)}`;
  for (let number = 2, alias = wanted; ; number += 1) {
    if (!taken.has(alias)) return alias;
    alias = `${wanted}-${String(number)}`;
  }
}

/**
 * The id of a service that Devyard did not make: always the same for the same one, so that a row stays itself.
 * A UUID of version 8 (RFC 9562, 5.8), made from a SHA-256.
 */
export function idOfService(serverId: string, kind: ServiceKind, serviceId: string): string {
  const bytes = createHash('sha256')
    .update(JSON.stringify([serverId, kind, serviceId]))
    .digest()
    .subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The page of a service in Dokploy's own dashboard. */
export function dashboardUrl(
  serverUrl: string,
  place: {
    readonly projectId: string | null;
    readonly environmentId: string | null;
    readonly kind: ServiceKind;
    readonly serviceId: string | null;
  },
): string | null {
  const { projectId, environmentId, kind, serviceId } = place;
  if (projectId === null || environmentId === null || serviceId === null) return null;
  const part = encodeURIComponent;
  return `${serverUrl}/dashboard/project/${part(projectId)}/environment/${part(environmentId)}/services/${kind}/${part(serviceId)}`;
}
