import { randomBytes } from 'node:crypto';

const lifetimeMs = 60_000;
/** Far more than a person opens in a minute; a script that mints without end only pushes out its own. */
const most = 1_000;

interface Ticket {
  readonly id: string;
  readonly hosts: ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** One-time tickets into gates: 256 random bits, 60 seconds, one server, named hosts. In memory only. */
export class TicketBook {
  readonly #tickets = new Map<string, Ticket>();

  mint(id: string, hosts: ReadonlySet<string>, now: number): { readonly ticket: string; readonly expiresAt: number } {
    for (const [ticket, { expiresAt }] of this.#tickets) {
      // Oldest first, as a Map keeps them.
      if (expiresAt > now && this.#tickets.size < most) break;
      this.#tickets.delete(ticket);
    }
    const ticket = randomBytes(32).toString('base64url');
    const expiresAt = now + lifetimeMs;
    this.#tickets.set(ticket, { id, hosts, expiresAt });
    return { ticket, expiresAt };
  }

  /** Takes a ticket. One shown under a wrong host stays good: it has not been let in. */
  redeem(ticket: string, id: string, host: string, now: number): 'in' | 'wrong-host' | 'none' {
    const found = this.#tickets.get(ticket);
    if (found === undefined || found.id !== id || found.expiresAt <= now) return 'none';
    if (!found.hosts.has(host)) return 'wrong-host';
    this.#tickets.delete(ticket);
    return 'in';
  }

  /** Forgets the tickets of a server. */
  revoke(id: string): void {
    for (const [ticket, found] of this.#tickets) if (found.id === id) this.#tickets.delete(ticket);
  }
}
