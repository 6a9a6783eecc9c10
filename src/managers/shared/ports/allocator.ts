import getPort, { clearLockedPorts, portNumbers } from 'get-port';
import { DevyardError } from '../errors.ts';
import { Mutex } from '../mutex.ts';

export interface PortRange {
  readonly start: number;
  readonly end: number;
}

/** What a person is told to change when a range is used up. */
export interface PortAdvice {
  /** The field that holds the range. */
  readonly field: string;
  readonly hint: string;
}

export interface AnyPort {
  readonly range: PortRange;
  /** What others are told about who has it. */
  readonly holder: string;
  /** Taken when it is in the range and free. */
  readonly preferred?: number | undefined;
  /** Ports that turned out not to be usable. */
  readonly avoid?: ReadonlySet<number>;
  readonly advice?: PortAdvice;
}

const generalAdvice: PortAdvice = {
  field: 'portRange',
  hint: 'End what holds a port, or widen the port range in the settings.',
};

/** What the allocator says of a port that is not free, for the person who has to act on it. */
export type DescribeHolder = (port: number) => Promise<string | undefined>;

/**
 * Ports, each held by one resource at a time: by a code-server from its creation to its deletion, by a dev server while it
 * runs. A port is handed out only after it could be bound. Nobody is ever ended to get one.
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

  /** With `holder`: only what that one holds. */
  release(port: number, holder?: string): void {
    if (holder === undefined || this.#held.get(port) === holder) this.#held.delete(port);
  }

  /** Whether the port could be bound now, whoever holds it here. */
  isFree(port: number): Promise<boolean> {
    // In turn: a look binds the port for a moment, and two looks would see each other.
    return this.#mutex.run(async () => (await bindable([port])) !== undefined);
  }

  /** Which of Devyard's resources has the port. */
  holderOf(port: number): string | undefined {
    return this.#held.get(port);
  }

  /** Who listens on a port, for a sentence, whichever resource it was given to. */
  async nameStranger(port: number): Promise<string> {
    return (await this.#describeHolder(port)) ?? 'another program';
  }

  /**
   * The first free port of the range, or the wanted one. `holder` is what others are told about who has it.
   * Throws `invalid` (wanted port outside the range), `port-taken`, `ports-exhausted`.
   */
  allocate(range: PortRange, holder: string, wanted?: number, advice?: PortAdvice): Promise<number> {
    if (wanted === undefined) return this.allocateAny({ range, holder, ...(advice === undefined ? {} : { advice }) });
    return this.#mutex.run(async () => {
      const port = await this.#checked(range, wanted);
      this.#held.set(port, holder);
      return port;
    });
  }

  /** The preferred port when it can be had, else the first free one of the range. Throws `ports-exhausted`. */
  allocateAny(want: AnyPort): Promise<number> {
    return this.#mutex.run(async () => {
      const port = await this.#firstFree(want);
      this.#held.set(port, want.holder);
      return port;
    });
  }

  /** For the holder of a port who is about to bind it. Throws `port-taken`, naming who has it. */
  async requireFree(port: number): Promise<void> {
    if ((await bindable([port])) !== undefined) return;
    throw new DevyardError('port-taken', `Port ${String(port)} is in use by ${await this.nameStranger(port)}.`, {
      field: 'port',
      hint: 'End that process, then start this again.',
    });
  }

  async #firstFree({ range, preferred, avoid, advice = generalAdvice }: AnyPort): Promise<number> {
    const all = [...portNumbers(range.start, range.end)];
    const inOrder = all.filter((port) => port === preferred).concat(all.filter((port) => port !== preferred));
    const candidates = inOrder.filter((port) => !this.#held.has(port) && avoid?.has(port) !== true);
    if (candidates.length > 0) {
      const port = await bindable(candidates);
      if (port !== undefined) return port;
    }
    throw new DevyardError(
      'ports-exhausted',
      `Every port from ${String(range.start)} to ${String(range.end)} is taken: ${await this.#holders(range)}.`,
      advice,
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
    return this.#held.get(port) ?? this.nameStranger(port);
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
