import type { Clock } from '../../shared/clock.ts';
import { backoffMs } from './backoff.ts';
import type { SshLink } from './link.ts';
import type { SshTarget } from './types.ts';

/** Servers limit sessions, not tunnels. */
export type Use = 'session' | 'tunnel';

/** The right to open one channel on a connection. Each is given back once. */
export interface Lease {
  readonly link: SshLink;
  readonly release: () => void;
  /** The server did not open the session: others go elsewhere. False when that tells nothing about how many it opens. */
  readonly refused: () => boolean;
  /** The connection turned out to be dead. */
  readonly drop: () => void;
}

export interface PooledLinkPorts {
  readonly clock: Clock;
  readonly random: () => number;
  /** How long an unused connection stays, in milliseconds. */
  readonly idleMs: number;
  /** There is room again. */
  readonly onRoom: () => void;
  /** It was dead without anybody having noticed. */
  readonly onDead: () => void;
}

/** Sessions on a connection that OpenSSH allows unless told otherwise (`MaxSessions`). */
const usualSessions = 10;
/** For so long after its end a session may still count on the server. Milliseconds. */
const lingerMs = 1000;

/** One connection of a pool, and who uses it. */
export class PooledLink {
  readonly link: SshLink;
  readonly target: SshTarget;
  readonly #ports: PooledLinkPorts;
  #sessions = 0;
  #tunnels = 0;
  #mostSessions = usualSessions;
  #refusals = 0;
  #sessionEndedAt = -Infinity;
  #isPaused = false;
  #isRetired = false;
  #stopIdle: (() => void) | undefined;

  constructor(link: SshLink, target: SshTarget, ports: PooledLinkPorts) {
    this.link = link;
    this.target = target;
    this.#ports = ports;
    this.#rest();
    void link.closed.then(() => {
      this.#isRetired = true;
      this.#stopIdle?.();
    });
  }

  get sessions(): number {
    return this.#sessions;
  }

  /** It gets nothing new: it leads to where the key led before, does not answer, or is over. */
  get isRetired(): boolean {
    return this.#isRetired;
  }

  hasRoom(use: Use): boolean {
    if (this.#isRetired) return false;
    return use === 'tunnel' || (this.#sessions < this.#mostSessions && !this.#isPaused);
  }

  lease(use: Use): Lease {
    this.#stopIdle?.();
    this.#count(use, 1);
    let isGivenBack = false;
    const giveBack = (): void => {
      if (isGivenBack) return;
      isGivenBack = true;
      this.#count(use, -1);
      this.#rest();
    };
    return {
      link: this.link,
      release: () => {
        this.#refusals = 0;
        if (use === 'session') this.#sessionEndedAt = this.#ports.clock.monotonic();
        giveBack();
        this.#ports.onRoom();
      },
      refused: () => {
        giveBack();
        return this.#heedRefusal();
      },
      drop: () => {
        giveBack();
        this.end();
        this.#ports.onDead();
      },
    };
  }

  /** Ends when nobody uses it any more. */
  retire(): void {
    this.#isRetired = true;
    this.#rest();
  }

  end(): void {
    this.#isRetired = true;
    this.link.end();
  }

  #count(use: Use, by: 1 | -1): void {
    if (use === 'session') this.#sessions += by;
    else this.#tunnels += by;
  }

  /** What a refused session teaches: how many there can be, or that one that just ended still counts. */
  #heedRefusal(): boolean {
    const { clock, random, onRoom } = this.#ports;
    if (this.#sessions > 0 && clock.monotonic() - this.#sessionEndedAt > lingerMs) {
      this.#mostSessions = this.#sessions;
      return true;
    }
    this.#refusals += 1;
    this.#isPaused = true;
    clock.after(backoffMs(this.#refusals, { first: 50, most: lingerMs }, random), () => {
      this.#isPaused = false;
      onRoom();
    });
    return false;
  }

  /** Ends a connection that nobody uses, after a while if it can be of use. */
  #rest(): void {
    this.#stopIdle?.();
    if (this.#sessions > 0 || this.#tunnels > 0) return;
    if (this.#isRetired) this.link.end();
    else this.#stopIdle = this.#ports.clock.after(this.#ports.idleMs, () => this.end());
  }
}
