import type { Service } from '../api/types.ts';
import type { SshEndpoint } from '../ssh/types.ts';
import { sshPort } from './plan.ts';
import { publishedPorts, variablesOf } from './publishedPorts.ts';

/** A port that a service publishes, as Dokploy has it. */
export interface Claim {
  /** Orders claims: portId, or composeId for what a compose file publishes. */
  readonly claimId: string;
  /** Undefined for what a compose file publishes. */
  readonly portId: string | undefined;
  readonly published: number;
  readonly target: number;
  readonly protocol: 'tcp' | 'udp';
}

/** Everything that a service publishes on its machine. */
export function claimsOf(service: Service): readonly Claim[] {
  if (service.kind === 'compose') {
    return publishedPorts(service.composeFile ?? '', variablesOf(service.env)).map(
      ({ published, target, protocol }) => ({
        claimId: service.id,
        portId: undefined,
        published,
        target,
        protocol,
      }),
    );
  }
  return service.ports.map(({ portId, publishedPort, targetPort, protocol }) => ({
    claimId: portId,
    portId,
    published: publishedPort,
    target: targetPort,
    protocol,
  }));
}

/** The claims by which SSH is reached, the oldest id first: there is one, unless a creation was torn. */
export function sshClaimsOf(service: Service, target = sshPort): readonly Claim[] {
  return claimsOf(service)
    .filter((claim) => claim.target === target && claim.protocol === 'tcp')
    .toSorted((a, b) => (a.claimId < b.claimId ? -1 : 1));
}

/**
 * Where SSH of a service is, read from Dokploy and never looked for. `host`: of the Dokploy machine; `target`: of sshd in the
 * container. Undefined: it publishes none, or Dokploy does not say where its server is.
 */
export function endpointOf(service: Service, host: string, target = sshPort): SshEndpoint | undefined {
  const [claim] = sshClaimsOf(service, target);
  const address = service.serverId === null ? host : service.serverAddress;
  return claim === undefined || address === null ? undefined : { host: address, port: claim.published };
}
