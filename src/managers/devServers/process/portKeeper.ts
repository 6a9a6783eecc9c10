import type { PortLease } from './leases.ts';
import { saysPortTaken } from './portConflict.ts';
import type { ProcessContext } from './ports.ts';

/** What became of a port that its process ended on. */
export type Move =
  /** Nobody else has it. */
  | { readonly type: 'free' }
  /** It is given back; the next one is another. */
  | { readonly type: 'moved'; readonly by: string }
  /** So many ports were tried that trying on makes no sense. */
  | { readonly type: 'exhausted'; readonly by: string; readonly tried: number };

/** The port of one process from its start to its end, and which one it had last. */
export class PortKeeper {
  readonly #context: Pick<ProcessContext, 'plan' | 'ports'>;
  #last: number | null;
  #lease: PortLease | undefined;
  #tried = new Set<number>();

  constructor(context: Pick<ProcessContext, 'plan' | 'ports' | 'lastPort'>) {
    this.#context = context;
    this.#last = context.lastPort;
  }

  /** For a start of somebody's: what turned out to be taken before may be free now. */
  beginAnew(): void {
    this.#tried = new Set();
  }

  /** For a process that was adopted. Throws `conflict`. */
  take(port: number): void {
    this.release();
    this.#lease = this.#context.ports.take(port);
    this.#last = port;
  }

  /** The port to launch on: the one it has while nobody sits on it, else another. Throws `ports-exhausted`. */
  async next(): Promise<number | null> {
    const { plan, ports } = this.#context;
    if (plan.port === null) return null;
    if (this.#lease !== undefined && (await ports.isFree(this.#lease.port))) return this.#lease.port;
    this.release();
    this.#lease = await ports.lease(plan.port, { last: this.#last, avoid: this.#tried });
    this.#last = this.#lease.port;
    return this.#last;
  }

  /** Whether a process that has just ended may have done so for its port; what it left running may hold it as well. */
  async looksTaken(lines: readonly string[]): Promise<boolean> {
    const port = this.#lease?.port;
    if (port === undefined) return false;
    return saysPortTaken(lines, port) || !(await this.#context.ports.isFree(port));
  }

  /** To be called when nothing of the process is left: then whoever has its port is a stranger. */
  async move(lines: readonly string[]): Promise<Move> {
    const { plan, ports } = this.#context;
    const port = this.#lease?.port;
    if (port === undefined) return { type: 'free' };
    const isFree = await ports.isFree(port);
    if (isFree && !saysPortTaken(lines, port)) return { type: 'free' };
    const by = isFree ? 'another program' : await ports.nameStranger(port);
    if (this.#tried.size >= (plan.port?.retry ?? 0)) return { type: 'exhausted', by, tried: this.#tried.size + 1 };
    this.#tried.add(port);
    this.release();
    return { type: 'moved', by };
  }

  release(): void {
    this.#lease?.release();
    this.#lease = undefined;
  }
}
