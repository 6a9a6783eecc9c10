import getPort, { clearLockedPorts, portNumbers } from 'get-port';
import { DevyardError } from '../errors.ts';
import { Mutex } from '../mutex.ts';

export interface PortRange {
  readonly start: number;
  readonly end: number;
}

/** What the allocator says of a port that is not free, for the person who has to act on it. */
export type DescribeHolder = (port: number) => Promise<string | undefined>;

/**
 * Ports of a range, each held by one resource from its creation to its deletion. A port is handed out only after it could
 * be bound. Nobody is ever ended to get one.
 */
export class PortAllocator {
  readonly #held = new Map<number, string>();
  readonly #mutex = new Mutex();
  readonly #describeHolder: DescribeHolder;

  constructor(describeHolder: DescribeHolder) {
    this.#describeHolder = describeHolder;
  }

  /** Registers a port that a stored resource already has. */
  hold(port: number, holder: string): void {
    this.#held.set(port, holder);
  }

  release(port: number): void {
    this.#held.delete(port);
  }

  /**
   * The first free port of the range, or the wanted one. `holder` is what others are told about who has it.
   * Throws `invalid` (wanted port outside the range), `port-taken`, `ports-exhausted`.
   */
  allocate(range: PortRange, holder: string, wanted?: number): Promise<number> {
    return this.#mutex.run(async () => {
      const port = wanted === undefined ? await this.#firstFree(range) : await this.#checked(range, wanted);
      this.#held.set(port, holder);
      return port;
    });
  }

  /** For the holder of a port who is about to bind it. Throws `port-taken`, naming who has it. */
  async requireFree(port: number): Promise<void> {
    if ((await bindable([port])) !== undefined) return;
    throw new DevyardError('port-taken', `Port ${String(port)} is in use by ${await this.#nameStranger(port)}.`, {
      field: 'port',
      hint: 'End that process, then start this again.',
    });
  }

  async #firstFree(range: PortRange): Promise<number> {
    const candidates = [...portNumbers(range.start, range.end)].filter((port) => !this.#held.has(port));
    if (candidates.length > 0) {
      const port = await bindable(candidates);
      if (port !== undefined) return port;
    }
    throw new DevyardError(
      'ports-exhausted',
      `Every port from ${String(range.start)} to ${String(range.end)} is taken: ${await this.#holders(range)}.`,
      {
        field: 'portRange',
        hint: 'Delete a code-server, end what holds a port, or widen the port range in the settings.',
      },
    );
  }

  async #checked(range: PortRange, wanted: number): Promise<number> {
    if (wanted < range.start || wanted > range.end) {
      throw new DevyardError(
        'invalid',
        `Port ${String(wanted)} is outside the range ${String(range.start)}–${String(range.end)}.`,
        {
          field: 'port',
          hint: 'Choose a port of the range, or change the port range in the settings.',
        },
      );
    }
    const holder = this.#held.get(wanted);
    if (holder === undefined && (await bindable([wanted])) !== undefined) return wanted;
    throw new DevyardError('port-taken', `Port ${String(wanted)} is taken by ${await this.#nameHolder(wanted)}.`, {
      field: 'port',
      hint: 'Choose another port, or leave it out to get a free one.',
    });
  }

  async #nameHolder(port: number): Promise<string> {
    return this.#held.get(port) ?? this.#nameStranger(port);
  }

  async #nameStranger(port: number): Promise<string> {
    return (await this.#describeHolder(port)) ?? 'another program';
  }

  async #holders(range: PortRange): Promise<string> {
    const shown = [...portNumbers(range.start, range.end)].slice(0, 5);
    const names = await Promise.all(shown.map(async (port) => `${String(port)} by ${await this.#nameHolder(port)}`));
    const more = range.end - range.start + 1 - shown.length;
    return names.join(', ') + (more > 0 ? ` and ${String(more)} more` : '');
  }
}

/** The first of the ports that can be bound now on every local address. */
async function bindable(ports: readonly number[]): Promise<number | undefined> {
  // get-port remembers what it returned for a while; who holds a port is known here better.
  clearLockedPorts();
  const port = await getPort({ port: ports });
  return ports.includes(port) ? port : undefined;
}
