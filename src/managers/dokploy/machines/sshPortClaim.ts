import { DevyardError } from '../../shared/errors.ts';
import type { ServiceRef } from '../api/types.ts';
import { type Claim, claimsOf, sshClaimsOf } from './endpoint.ts';
import { readServices, servicesOf } from './services.ts';
import type { MachineContext, MachinePlan } from './types.ts';
import { pause } from './waiting.ts';

/** A service that wants a port of its machine, and how it takes and returns one. */
export interface Claimant extends ServiceRef {
  /** Its machine; null: that of Dokploy itself. */
  readonly serverId: string | null;
  readonly range: MachinePlan['sshPortRange'];
  /** Ports that are not to be had: used by it for something else, or found to be in use by no service. */
  readonly avoid: ReadonlySet<number>;
  /** Publishes sshd there. Resolves when Dokploy has it. */
  readonly write: (port: number) => Promise<void>;
  readonly withdraw: (claims: readonly Claim[]) => Promise<void>;
}

/** What services of one machine publish. */
export interface Published {
  /** By the claimant, for SSH. */
  readonly own: readonly Claim[];
  readonly others: readonly (Claim & { readonly service: string })[];
}

export type ClaimContext = Pick<MachineContext, 'api' | 'clock' | 'signal'>;

/** How long the lowest claim waits for the others to move on, in milliseconds each time. */
const patience = [50, 100, 200, 400, 800, 1500];
const mostRounds = 60;

/**
 * Claims a port for SSH that no other service of the same machine has. Dokploy accepts the same port twice, so everybody
 * writes a claim first and then reads all claims of that machine. A claim is good once such a reading shows no other claim of
 * its port: of any two, the reading of the one that was written later shows the other. Where two are shown, the lowest id
 * stays and the others move on; and when another one does not, because it was good already, the lowest moves on, too. No clock
 * is part of this argument, so a claimant may be as slow as it likes. Throws `ports-exhausted`.
 */
export async function claimSshPort(
  context: ClaimContext,
  claimant: Claimant,
): Promise<{ readonly port: number; readonly published: Published }> {
  let published = await readPublished(context, claimant);
  let losses = 0;
  for (let round = 0; round < mostRounds; round += 1) {
    context.signal.throwIfAborted();
    const port = choosePort(published, claimant, losses);
    await hold(claimant, published.own, port);
    const contest = await settle(context, claimant, port);
    if (contest.losses === 0) return { port, published: contest.published };
    ({ published, losses } = contest);
  }
  throw new DevyardError('conflict', 'No port for SSH could be claimed: others claim ports again and again.', {
    hint: 'Try again in a moment.',
  });
}

/** Reads what all services of the claimant's machine publish. */
export async function readPublished({ api, signal }: ClaimContext, claimant: Claimant): Promise<Published> {
  const all = servicesOf(await api.projects({ signal }));
  const isOwn = (service: ServiceRef): boolean => service.kind === claimant.kind && service.id === claimant.id;
  const services = await readServices(api, all.some(isOwn) ? all : [...all, claimant], signal);
  const near = services.filter(({ serverId }) => serverId === claimant.serverId);
  return {
    own: near.filter(isOwn).flatMap((service) => sshClaimsOf(service)),
    others: near
      .filter((service) => !isOwn(service))
      .flatMap((service) => claimsOf(service).map((claim) => ({ ...claim, service: service.name }))),
  };
}

/**
 * The port it has already, else the lowest that is free. Whoever lost against several at once takes a higher one, each
 * another, so that a crowd is spread after one round.
 */
function choosePort({ own, others }: Published, { range, avoid }: Claimant, losses: number): number {
  const taken = new Set(others.filter(({ protocol }) => protocol === 'tcp').map((claim) => claim.published));
  const free = Array.from({ length: range.to - range.from + 1 }, (_, index) => range.from + index).filter(
    (port) => !taken.has(port) && !avoid.has(port),
  );
  const held = own.find((claim) => free.includes(claim.published));
  const port = held?.published ?? free[Math.max(0, losses - 1) % free.length];
  if (port !== undefined) return port;
  throw new DevyardError(
    'ports-exhausted',
    `Every port from ${String(range.from)} to ${String(range.to)} of that server is used by another service.`,
    { field: 'sshPortRange', hint: 'Choose a wider range, or remove a workspace that is not needed any more.' },
  );
}

async function hold(claimant: Claimant, own: readonly Claim[], port: number): Promise<void> {
  const others = own.filter((claim) => claim.published !== port);
  if (others.length > 0) await claimant.withdraw(others);
  if (others.length === own.length) await claimant.write(port);
}

/** How the claim of that port stands: against how many it lost; none: it is good. */
async function settle(
  context: ClaimContext,
  claimant: Claimant,
  port: number,
): Promise<{ readonly losses: number; readonly published: Published }> {
  for (let attempt = 0; ; attempt += 1) {
    const published = await readPublished(context, claimant);
    const [claim, ...twice] = published.own.filter((own) => own.published === port);
    if (claim === undefined) return { losses: 1, published };
    // What was torn may be carried out late, even while this was read: then it shows nothing.
    const surplus = [...twice, ...published.own.filter((own) => own.published !== port)];
    if (surplus.length > 0) await claimant.withdraw(surplus);
    const rivals = published.others.filter((other) => other.published === port && other.protocol === 'tcp');
    if (rivals.length === 0 && surplus.length === 0) return { losses: 0, published };
    const lower = rivals.filter(({ claimId }) => claimId < claim.claimId).length;
    const ms = patience[attempt];
    if (lower > 0 || ms === undefined) return { losses: Math.max(1, lower), published: { ...published, own: [claim] } };
    await pause(context, ms);
  }
}
