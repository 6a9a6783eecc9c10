import type { Clock } from '../../shared/clock.ts';
import type { DevyardError } from '../../shared/errors.ts';
import { cancelled } from './fault.ts';
import type { SshLink } from './link.ts';
import { type Lease, PooledLink, type Use } from './pooledLink.ts';
import type { SshTarget } from './types.ts';

export interface PoolPorts {
  readonly clock: Clock;
  /** Where a key leads to now, and how to log in there. Asked for each use, so that a machine that moved is found. */
  readonly target: (key: string) => Promise<SshTarget>;
  readonly connect: (target: SshTarget, signal: AbortSignal) => Promise<SshLink>;
  readonly random: () => number;
  /** How long an unused connection stays, in milliseconds. */
  readonly idleMs: number;
}

const mostConnections = 10;
/** After a further connection was refused, none is tried for so long: sessions end and make room. Milliseconds. */
const growPauseMs = 5000;

interface Waiter {
  readonly use: Use;
  readonly resolve: (lease: Lease) => void;
  readonly reject: (error: unknown) => void;
}

/** The connections to one host: one, and more only while the server opens no further session on those there are. */
export class PooledHost {
  readonly #key: string;
  readonly #ports: PoolPorts;
  readonly #links = new Set<PooledLink>();
  #waiting: readonly Waiter[] = [];
  #target: SshTarget | undefined;
  #attempt: AbortController | undefined;
  #growAfter = -Infinity;
  #ended: DevyardError | undefined;

  constructor(key: string, ports: PoolPorts) {
    this.#key = key;
    this.#ports = ports;
  }

  get sessions(): number {
    return [...this.#links].reduce((sum, { sessions }) => sum + sessions, 0);
  }

  /** `isAgain`: it waited already and goes first. Rejects with what `target` and `connect` reject with, and `cancelled`. */
  async acquire(use: Use, signal?: AbortSignal, isAgain = false): Promise<Lease> {
    this.#retarget(await this.#ports.target(this.#key));
    await this.#askDoubtful();
    if (this.#ended !== undefined) throw this.#ended;
    if (signal?.aborted === true) throw cancelled(signal);
    return new Promise((resolve, reject) => {
      const done = (): void => signal?.removeEventListener('abort', giveUp);
      const waiter: Waiter = {
        use,
        resolve: (lease) => {
          done();
          resolve(lease);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      };
      const giveUp = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== waiter);
        if (this.#waiting.length === 0) this.#attempt?.abort();
        reject(cancelled(signal));
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#waiting = isAgain ? [waiter, ...this.#waiting] : [...this.#waiting, waiter];
      this.#serve();
    });
  }

  /** Ends the connections there are; those who wait get new ones. */
  renew(): void {
    this.#growAfter = -Infinity;
    for (const one of this.#links) one.end();
  }

  /** Ends everything. Resolves when the connections are closed. */
  async end(reason: DevyardError): Promise<void> {
    this.#ended = reason;
    this.#attempt?.abort();
    this.#rejectAll(reason);
    const closed = [...this.#links].map(({ link }) => link.closed);
    for (const one of this.#links) one.end();
    await Promise.all(closed);
  }

  #retarget(target: SshTarget): void {
    if (this.#target !== undefined && sameTarget(this.#target, target)) return;
    this.#target = target;
    this.#retireAll();
  }

  #retireAll(): void {
    for (const one of this.#links) one.retire();
  }

  /** Whoever does not answer after a sleep keeps its channels, in case it comes back, and gets no new ones. */
  async #askDoubtful(): Promise<void> {
    const doubtful = this.#usable.filter(({ link }) => link.isDoubtful);
    await Promise.all(
      doubtful.map(async (one) => {
        if (!(await one.link.probe())) one.retire();
      }),
    );
  }

  get #usable(): readonly PooledLink[] {
    return [...this.#links].filter(({ isRetired }) => !isRetired);
  }

  #serve(): void {
    for (const waiter of this.#waiting) {
      const one = [...this.#links].find((link) => link.hasRoom(waiter.use));
      if (one === undefined) continue;
      this.#waiting = this.#waiting.filter((other) => other !== waiter);
      waiter.resolve(one.lease(waiter.use));
    }
    if (this.#waiting.length > 0) this.#grow();
  }

  #grow(): void {
    const target = this.#target;
    const { length } = this.#usable;
    const isPaused = length > 0 && this.#ports.clock.monotonic() < this.#growAfter;
    if (target === undefined || this.#attempt !== undefined || length >= mostConnections || isPaused) return;
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#ports.connect(target, attempt.signal).then(
      (link) => {
        this.#attempt = undefined;
        this.#join(link, target);
      },
      (error: unknown) => {
        this.#attempt = undefined;
        this.#failed(error, attempt.signal.aborted);
      },
    );
  }

  #join(link: SshLink, target: SshTarget): void {
    const one = new PooledLink(link, target, {
      ...this.#ports,
      onRoom: () => this.#serve(),
      // The others went the same way: whoever asks once more is to get a new one.
      onDead: () => this.#retireAll(),
    });
    this.#links.add(one);
    void link.closed.then(() => {
      this.#links.delete(one);
      this.#serve();
    });
    if (this.#ended !== undefined) one.end();
    else if (this.#target === undefined || !sameTarget(this.#target, target)) one.retire();
    this.#serve();
  }

  #failed(error: unknown, isAbandoned: boolean): void {
    // Somebody may have come after all others had gone.
    if (isAbandoned) this.#serve();
    else if (this.#usable.length === 0) this.#rejectAll(error);
    else {
      // Those who wait for a session get one when another ends.
      this.#growAfter = this.#ports.clock.monotonic() + growPauseMs;
      this.#ports.clock.after(growPauseMs, () => this.#serve());
    }
  }

  #rejectAll(error: unknown): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(error);
  }
}

function sameTarget(a: SshTarget, b: SshTarget): boolean {
  return (
    a.host === b.host &&
    a.port === b.port &&
    a.user === b.user &&
    a.alias === b.alias &&
    a.privateKey === b.privateKey &&
    a.forwardAgent === b.forwardAgent
  );
}
