import type { DevyardClient } from '../../src/api/client/client.ts';
import type { CodeServer } from '../../src/api/contract/codeServers.ts';
import type { DevyardEvent } from '../../src/api/contract/events.ts';

interface Awaited {
  readonly wanted: (event: DevyardEvent) => boolean;
  readonly resolve: (at: number) => void;
  readonly reject: (error: unknown) => void;
}

/** One window's stream of events, and when each arrived. */
export class Feed implements Disposable {
  readonly #stop = new AbortController();
  readonly #awaited = new Set<Awaited>();

  private constructor() {}

  /** Resolves when the daemon has greeted, so that nothing is missed from then on. */
  static async open(client: DevyardClient): Promise<Feed> {
    const feed = new Feed();
    const hello = feed.next(({ type }) => type === 'hello');
    void feed.#read(client);
    await hello;
    return feed;
  }

  /** `performance.now()` of the arrival of the first such event from now on. */
  next(wanted: (event: DevyardEvent) => boolean): Promise<number> {
    return new Promise((resolve, reject) => this.#awaited.add({ wanted, resolve, reject }));
  }

  /** The same for a change of one code-server. */
  change(id: string, wanted: (server: CodeServer) => boolean): Promise<number> {
    return this.next(
      (event) => event.type === 'codeServer.changed' && event.codeServer.id === id && wanted(event.codeServer),
    );
  }

  running(id: string): Promise<number> {
    return this.change(id, ({ state }) => state.status === 'running');
  }

  async #read(client: DevyardClient): Promise<void> {
    try {
      for await (const { event } of client.events(undefined, this.#stop.signal)) {
        const at = performance.now();
        for (const each of this.#awaited) {
          if (!each.wanted(event)) continue;
          this.#awaited.delete(each);
          each.resolve(at);
        }
      }
      throw new Error('the event stream ended');
    } catch (error) {
      for (const { reject } of this.#awaited) reject(error);
    }
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }
}
