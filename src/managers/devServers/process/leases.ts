import { DevyardError } from '../../shared/errors.ts';
import type { PortAllocator } from '../../shared/ports/allocator.ts';
import type { PortPlan } from '../plan.ts';

/** A port that is one process's own until it is given back. */
export interface PortLease {
  readonly port: number;
  /** Fine to call twice. */
  release(): void;
}

export interface LeaseWish {
  /** The port the process had last: had again when its plan says so and nobody took it. */
  readonly last: number | null;
  /** Ports that were tried during this start and turned out to be taken. */
  readonly avoid: ReadonlySet<number>;
}

/** Whose port it is, in the words of the manifest. */
export interface PortOwner {
  readonly pluginId: string;
  readonly process: string;
}

/** The ports of one process: out of the range of its plan, and never one that anything else of Devyard's has. */
export class PortLeases {
  readonly #allocator: PortAllocator;
  readonly #owner: PortOwner;

  constructor(allocator: PortAllocator, owner: PortOwner) {
    this.#allocator = allocator;
    this.#owner = owner;
  }

  /** Throws `ports-exhausted`, naming who holds what and the manifest's field. */
  async lease(plan: PortPlan, { last, avoid }: LeaseWish): Promise<PortLease> {
    const { pluginId, process } = this.#owner;
    const field = `processes.${process}.port.range`;
    const port = await this.#allocator.allocateAny({
      range: plan.range,
      holder: this.#holder,
      preferred: plan.sticky ? (last ?? undefined) : undefined,
      avoid,
      advice: {
        field,
        hint: `Stop what holds a port, or widen ${field} of the project “${pluginId}” in devyard.yaml.`,
      },
    });
    return this.#leaseOf(port);
  }

  /** The port that a process has which was adopted. Throws `conflict` when it was given to something else meanwhile. */
  take(port: number): PortLease {
    const other = this.#allocator.holderOf(port);
    if (other !== undefined && other !== this.#holder) {
      throw new DevyardError('conflict', `Port ${String(port)} of ${this.#holder} was given to ${other} meanwhile.`, {
        hint: 'Restart one of the two.',
      });
    }
    this.#allocator.hold(port, this.#holder);
    return this.#leaseOf(port);
  }

  /** Whether nobody listens on it. */
  isFree(port: number): Promise<boolean> {
    return this.#allocator.isFree(port);
  }

  /** Who listens on a port of this process's, for a sentence. */
  nameStranger(port: number): Promise<string> {
    return this.#allocator.nameStranger(port);
  }

  get #holder(): string {
    return `“${this.#owner.process}” of the project “${this.#owner.pluginId}”`;
  }

  #leaseOf(port: number): PortLease {
    let isHeld = true;
    const release = (): void => {
      if (isHeld) this.#allocator.release(port, this.#holder);
      isHeld = false;
    };
    return { port, release };
  }
}
