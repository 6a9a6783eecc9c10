import { v7 as uuidv7 } from 'uuid';
import type { Clock } from '../shared/clock.ts';
import { DevyardError } from '../shared/errors.ts';
import { Mutex } from '../shared/mutex.ts';
import type { ForwardView } from './model.ts';
import { type Forward, openForward } from './ssh/forward.ts';
import type { SshPool } from './ssh/pool.ts';

interface ForwardsPorts {
  readonly pool: SshPool;
  readonly clock: Clock;
  readonly random: () => number;
  /** What is forwarded of a workspace, or how that stands, has changed. */
  readonly changed: (id: string) => Promise<void>;
  readonly onProblem: (error: unknown) => void;
}

export interface ForwardRequest {
  readonly remotePort: number;
  readonly remoteHost: string;
  readonly localPort?: number | undefined;
}

/** Local ports that lead into workspaces, one for each remote port. They end with this daemon. */
export class Forwards {
  readonly #ports: ForwardsPorts;
  readonly #forwards = new Map<string, readonly Forward[]>();
  /** Two that want the same port at once get the same one. */
  readonly #mutexes = new Map<string, Mutex>();

  constructor(ports: ForwardsPorts) {
    this.#ports = ports;
  }

  get count(): number {
    return [...this.#forwards.values()].reduce((sum, list) => sum + list.length, 0);
  }

  of(id: string): readonly ForwardView[] {
    return this.#list(id).map(viewOf);
  }

  /** One that is there already is fine. Rejects `conflict` when it leads elsewhere, and as `openForward` does. */
  async open(id: string, wish: ForwardRequest): Promise<ForwardView> {
    const forward = await this.#alone(id, async () => {
      const same = this.#list(id).find(({ remotePort }) => remotePort === wish.remotePort);
      if (same !== undefined) return matching(same, wish);
      const { pool, clock, random, changed, onProblem } = this.#ports;
      const opened = await openForward(pool, { ...wish, id: uuidv7(), key: id }, { clock, random });
      opened.on(() => void changed(id).catch(onProblem));
      this.#forwards.set(id, [...this.#list(id), opened]);
      return opened;
    });
    await this.#ports.changed(id);
    return viewOf(forward);
  }

  /** Resolves with false when there is none. */
  async close(id: string, remotePort: number): Promise<boolean> {
    const isClosed = await this.#alone(id, async () => {
      const found = this.#list(id).find((forward) => forward.remotePort === remotePort);
      await found?.close();
      this.#forwards.set(
        id,
        this.#list(id).filter((forward) => forward !== found),
      );
      return found !== undefined;
    });
    if (isClosed) await this.#ports.changed(id);
    return isClosed;
  }

  /** Ends all of a workspace that is no more. */
  async forget(id: string): Promise<void> {
    await this.#alone(id, async () => {
      await Promise.all(this.#list(id).map((forward) => forward.close()));
      this.#forwards.delete(id);
    });
    this.#mutexes.delete(id);
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#forwards.keys()].map((id) => this.forget(id)));
  }

  #list(id: string): readonly Forward[] {
    return this.#forwards.get(id) ?? [];
  }

  #alone<T>(id: string, work: () => Promise<T>): Promise<T> {
    const mutex = this.#mutexes.get(id) ?? new Mutex();
    this.#mutexes.set(id, mutex);
    return mutex.run(work);
  }
}

function matching(forward: Forward, { localPort, remoteHost }: ForwardRequest): Forward {
  const isSame = forward.remoteHost === remoteHost && (localPort === undefined || localPort === forward.localPort);
  if (isSame) return forward;
  const { remotePort } = forward;
  throw new DevyardError(
    'conflict',
    `Port ${String(remotePort)} of ${forward.remoteHost} is forwarded to port ${String(forward.localPort)} already.`,
    { field: forward.remoteHost === remoteHost ? 'localPort' : 'remoteHost', hint: 'End that forward first.' },
  );
}

function viewOf({ id, localPort, remoteHost, remotePort, state }: Forward): ForwardView {
  return { id, localPort, remoteHost, remotePort, state, url: `http://127.0.0.1:${String(localPort)}` };
}
