import type { Gate, GateTarget } from '../../../managers/codeServers/ports.ts';
import { systemClock, type Clock } from '../../../managers/shared/clock.ts';
import { DevyardError } from '../../../managers/shared/errors.ts';
import { createBearerCheck } from '../bearer.ts';
import type { Tickets } from '../deps.ts';
import { ticketParameter, type AdmissionDeps } from './admission.ts';
import { CookieSigner } from './cookies.ts';
import { Door } from './door.ts';
import { TicketBook } from './tickets.ts';

export interface GateOptions {
  /** The daemon's token: lets in as `Authorization: Bearer`. */
  readonly token: string;
  /** 32 secret bytes or more. The same key in the next daemon keeps browsers signed in. */
  readonly cookieKey: Buffer;
  /** Faults of a listener, for the daemon's log. */
  readonly onProblem: (message: string) => void;
  readonly clock?: Clock;
}

export interface Gates extends Gate, Tickets {
  /** Closes all gates. */
  closeAll(): Promise<void>;
}

export function createGates({ token, cookieKey, onProblem, clock = systemClock }: GateOptions): Gates {
  const deps: AdmissionDeps = {
    isToken: createBearerCheck(token),
    cookies: new CookieSigner(cookieKey),
    tickets: new TicketBook(),
    now: () => clock.now(),
  };
  const doors = new Map<string, Door>();
  const queues = new Map<string, Promise<void>>();

  /** One change of a gate at a time, in the order they were asked for. */
  const inTurn = async (id: string, change: () => Promise<void>): Promise<void> => {
    const turn = (queues.get(id) ?? Promise.resolve()).then(change);
    const settled = turn.catch(() => undefined);
    queues.set(id, settled);
    try {
      await turn;
    } finally {
      if (queues.get(id) === settled) queues.delete(id);
    }
  };

  const shut = async (id: string): Promise<void> => {
    const door = doors.get(id);
    doors.delete(id);
    deps.tickets.revoke(id);
    await door?.close();
  };

  const gates: Gates = {
    open: (target: GateTarget) =>
      inTurn(target.id, async () => {
        const present = doors.get(target.id);
        if (present?.target.port === target.port) {
          present.target = target;
          return;
        }
        const door = new Door(target, deps, onProblem);
        // The new port first: when it is taken, the gate stays where it was.
        await door.open();
        await shut(target.id);
        doors.set(target.id, door);
      }),
    close: (id) => inTurn(id, () => shut(id)),
    async closeAll() {
      await Promise.all([...new Set([...doors.keys(), ...queues.keys()])].map((id) => gates.close(id)));
    },
    mintTicket(id, folder, host) {
      const door = doors.get(id);
      if (door === undefined) {
        throw new DevyardError('wrong-state', 'This code-server is not running.', { hint: 'Start it, then open it.' });
      }
      const { port, folder: ownFolder } = door.target;
      const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]);
      if (host !== undefined) hosts.add(host.toLowerCase());
      const { ticket, expiresAt } = deps.tickets.mint(id, hosts, clock.now());
      const query = `folder=${encodeURIComponent(folder ?? ownFolder)}&${ticketParameter}=${ticket}`;
      return { url: `http://127.0.0.1:${port}/?${query}`, expiresAt };
    },
  };
  return gates;
}
