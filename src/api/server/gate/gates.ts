import type { Gate, GateTarget } from '../../../managers/codeServers/ports.ts';
import { systemClock, type Clock } from '../../../managers/shared/clock.ts';
import { DevyardError } from '../../../managers/shared/errors.ts';
import { createBearerCheck } from '../bearer.ts';
import type { Passages, Tickets } from '../deps.ts';
import { ticketParameter, type AdmissionDeps } from './admission.ts';
import { CookieSigner } from './cookies.ts';
import { Door } from './door.ts';
import { Passage } from './passage.ts';
import { proxyPath } from './proxyPath.ts';
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

export interface Gates extends Gate, Tickets, Passages {
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

  const targetOf = (id: string): GateTarget => {
    const door = doors.get(id);
    if (door !== undefined) return door.passage.target;
    throw new DevyardError('wrong-state', 'This code-server is not running.', { hint: 'Start it, then open it.' });
  };

  const mint = (
    id: string,
    folder: string | undefined,
    hosts: ReadonlySet<string>,
    place: string,
  ): ReturnType<Tickets['mintTicket']> => {
    const { ticket, expiresAt } = deps.tickets.mint(id, hosts, clock.now());
    const query = `folder=${encodeURIComponent(folder ?? targetOf(id).folder)}&${ticketParameter}=${ticket}`;
    return { url: `${place}?${query}`, expiresAt };
  };

  const gates: Gates = {
    open: (target: GateTarget) =>
      inTurn(target.id, async () => {
        const present = doors.get(target.id);
        if (present?.passage.target.port === target.port) {
          present.passage.target = target;
          return;
        }
        const door = new Door(new Passage(target, deps), onProblem);
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
      const { port } = targetOf(id);
      const hosts = loopbackHosts(`:${port}`);
      if (host !== undefined) hosts.add(host.toLowerCase());
      return mint(id, folder, hosts, `http://127.0.0.1:${port}/`);
    },
    mintProxyTicket(id, base, folder) {
      const { port } = targetOf(id);
      const url = baseUrl(base);
      const hosts = loopbackHosts(url.port === '' ? '' : `:${url.port}`);
      if (!hosts.has(url.host)) hosts.clear();
      hosts.add(url.host);
      return mint(id, folder, hosts, `${url.origin}${url.pathname.replace(/\/+$/, '')}${proxyPath(port)}`);
    },
    onPort(port) {
      for (const { passage } of doors.values()) if (passage.target.port === port) return passage;
      return undefined;
    },
  };
  return gates;
}

/** The names under which a browser on this machine reaches a listener. */
function loopbackHosts(port: string): Set<string> {
  return new Set(['127.0.0.1', 'localhost', '[::1]'].map((name) => name + port));
}

function baseUrl(base: string): URL {
  const url = URL.parse(base);
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url;
  throw new DevyardError('invalid', `"${base}" is not an address of the API.`, {
    field: 'base',
    hint: 'Give the URL it is reached at, such as http://127.0.0.1:8000.',
  });
}
