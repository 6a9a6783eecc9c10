import { DevyardError } from '../../shared/errors.ts';
import type { Service } from '../api/types.ts';
import { configureApplication, portRow, removed } from './applicationSettings.ts';
import { composeFileOf } from './composeFile.ts';
import { wasDeployedAt } from './deploymentTitle.ts';
import { sshClaimsOf } from './endpoint.ts';
import { sshPort } from './plan.ts';
import { type Claimant, claimSshPort, type Published, readPublished } from './sshPortClaim.ts';
import type { MachineContext, MachinePlan } from './types.ts';
import { createOnce, surely } from './waiting.ts';

export interface Configured {
  /** As it was read after everything was changed. */
  readonly service: Service;
  /** At which sshd is published. */
  readonly port: number;
  /** Whether something was changed that a deployment must bring about. */
  readonly isChanged: boolean;
}

/**
 * Gives a service its SSH port and makes everything else of it what the plan says, only changing what differs. `isComplete`:
 * a former run came to the end of this, so what Dokploy does not show is right, too. Throws `ports-exhausted`, `port-taken`.
 */
export async function configure(
  context: MachineContext,
  service: Service,
  plan: MachinePlan,
  options: { readonly unusable: ReadonlySet<number>; readonly isComplete: boolean },
): Promise<Configured> {
  const { api, signal } = context;
  const claimant = claimantOf(context, service, plan, options.unusable);
  const claiming = portFor(context, service, plan, claimant);
  const correcting =
    plan.kind === 'compose' ? false : configureApplication(context, service, plan, !options.isComplete);
  // Neither goes on behind the back of somebody who was told that the other failed.
  await Promise.allSettled([claiming, correcting]);
  const [{ port, isMoved }, isCorrected] = [await claiming, await correcting];
  const isRewritten = plan.kind === 'compose' && (await correctComposeFile(context, service, plan, port));
  const now = await api.service(service, { signal });
  const [claim] = sshClaimsOf(now);
  if (claim?.published !== port) {
    throw new DevyardError('conflict', `Somebody else changed the ports of “${plan.name}” at the same time.`, {
      hint: 'Try again.',
    });
  }
  return { service: now, port, isChanged: isMoved || isCorrected || isRewritten };
}

async function portFor(
  context: MachineContext,
  service: Service,
  plan: MachinePlan,
  claimant: Claimant,
): Promise<{ readonly port: number; readonly isMoved: boolean }> {
  const [held, ...others] = sshClaimsOf(service);
  // What was deployed was found good before: nobody who comes later can have it.
  if (
    held !== undefined &&
    others.length === 0 &&
    wasDeployedAt(service, held.published) &&
    !claimant.avoid.has(held.published)
  ) {
    if (isPublishing(service, plan)) return { port: held.published, isMoved: false };
    requireFree(plan, await readPublished(context, claimant));
    return { port: held.published, isMoved: false };
  }
  context.step('claiming a port for SSH', 0.15);
  const { port, published } = await claimSshPort(context, claimant);
  requireFree(plan, published);
  context.log(`SSH is published at port ${String(port)}.`);
  return { port, isMoved: port !== held?.published };
}

/** Whether it publishes all other ports of the plan already. */
function isPublishing(service: Service, { ports, kind }: MachinePlan): boolean {
  if (kind === 'compose') return ports.length === 0;
  return ports.every(({ published, protocol }) =>
    service.ports.some((row) => row.publishedPort === published && row.protocol === protocol),
  );
}

function requireFree({ ports }: MachinePlan, { others }: Published): void {
  for (const [index, { published, protocol }] of ports.entries()) {
    const rival = others.find((other) => other.published === published && other.protocol === protocol);
    if (rival === undefined) continue;
    throw new DevyardError(
      'port-taken',
      `Port ${String(published)}/${protocol} of that server is used by “${rival.service}”.`,
      {
        field: `ports[${String(index)}].published`,
        hint: 'Publish another one.',
      },
    );
  }
}

function claimantOf(
  context: MachineContext,
  service: Service,
  plan: MachinePlan,
  unusable: ReadonlySet<number>,
): Claimant {
  const { api, signal } = context;
  const { kind, id, serverId } = service;
  const own = plan.ports.filter(({ protocol }) => protocol === 'tcp').map(({ published }) => published);
  const common = { kind, id, serverId, range: plan.sshPortRange, avoid: new Set([...unusable, ...own]) };
  if (kind === 'compose') {
    return {
      ...common,
      write: (port) => writeComposeFile(context, id, composeFileOf(plan, port)),
      // Whatever is written next takes its place.
      withdraw: () => Promise.resolve(),
    };
  }
  return {
    ...common,
    write: (port) =>
      createOnce(
        context,
        () => api.createPort(id, portRow({ published: port, target: sshPort, protocol: 'tcp' }), { signal }),
        async () => {
          const claims = sshClaimsOf(await api.service(service, { signal }));
          return claims.some(({ published }) => published === port);
        },
      ),
    async withdraw(claims) {
      for (const { portId } of claims)
        if (portId !== undefined) await removed(context, () => api.deletePort(portId, { signal }));
    },
  };
}

async function correctComposeFile(
  context: MachineContext,
  before: Service,
  plan: MachinePlan,
  port: number,
): Promise<boolean> {
  const { api, signal } = context;
  const composeFile = composeFileOf(plan, port);
  const now = await api.service(before, { signal });
  if (now.composeFile !== composeFile) await writeComposeFile(context, before.id, composeFile);
  return before.composeFile !== composeFile;
}

function writeComposeFile(context: MachineContext, id: string, composeFile: string): Promise<void> {
  const { api, signal } = context;
  const changes = { composeType: 'docker-compose', sourceType: 'raw', composeFile };
  return surely(context, () => api.updateCompose(id, changes, { signal }));
}
