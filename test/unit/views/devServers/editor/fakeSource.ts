import type { DevServer } from '../../../../../src/api/contract/devServers.ts';
import type { DevServersSource } from '../../../../../src/views/devServers/editor/source.ts';

type Listener = Parameters<DevServersSource['on']>[1];

/** Projects as a session has them: a test says what is new. */
export class FakeSource implements DevServersSource {
  snapshot: { readonly devServers: ReadonlyMap<string, DevServer> } = { devServers: new Map() };
  readonly #listeners = new Set<Listener>();

  get listeners(): number {
    return this.#listeners.size;
  }

  on(_name: 'change', listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(devServer: DevServer): void {
    const { id } = devServer;
    this.snapshot = { devServers: new Map(this.snapshot.devServers).set(id, devServer) };
    for (const listener of [...this.#listeners]) listener({ devServers: { changed: [id], removed: [] } });
  }

  remove(id: string): void {
    const devServers = new Map(this.snapshot.devServers);
    devServers.delete(id);
    this.snapshot = { devServers };
    for (const listener of [...this.#listeners]) listener({ devServers: { changed: [], removed: [id] } });
  }
}
