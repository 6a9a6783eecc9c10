import type * as vscode from 'vscode';
import type { DokployServer } from '../../../../api/contract/dokploy.ts';
import { serverAddress } from './address.ts';

/** A server that was added from this editor. */
export interface RememberedServer {
  readonly id: string;
  readonly name: string;
  readonly url: string;
}

const listKey = 'devyard.dokploy.servers';
const secretKey = (id: string): string => `devyard.dokploy.apiKey.${id}`;

/**
 * The API keys that were entered in this editor, in its own secret store. The daemon has them, too, encrypted, and needs no
 * window for its work; a daemon that lost its store is handed them again without anybody searching for a key.
 */
export class ServerKeys {
  readonly #secrets: vscode.SecretStorage;
  readonly #memory: vscode.Memento;

  constructor(secrets: vscode.SecretStorage, memory: vscode.Memento) {
    this.#secrets = secrets;
    this.#memory = memory;
  }

  async keep({ id, name, url }: RememberedServer, apiKey: string | undefined): Promise<void> {
    if (apiKey !== undefined) await this.#secrets.store(secretKey(id), apiKey);
    await this.#write([...this.#all().filter((one) => one.id !== id), { id, name, url }]);
  }

  async keyOf(id: string): Promise<string | undefined> {
    return await this.#secrets.get(secretKey(id));
  }

  async forget(id: string): Promise<void> {
    await this.#secrets.delete(secretKey(id));
    if (this.#all().some((one) => one.id === id)) await this.#write(this.#all().filter((one) => one.id !== id));
  }

  /** Those that the daemon does not know (any more). */
  lost(known: Iterable<Pick<DokployServer, 'id' | 'url'>>): readonly RememberedServer[] {
    const servers = [...known];
    const [ids, addresses] = [servers.map(({ id }) => id), servers.map(({ url }) => serverAddress(url))];
    return this.#all().filter(({ id, url }) => !ids.includes(id) && !addresses.includes(serverAddress(url)));
  }

  #all(): readonly RememberedServer[] {
    const stored = this.#memory.get<unknown>(listKey);
    return Array.isArray(stored) ? stored.filter(isRemembered) : [];
  }

  async #write(servers: readonly RememberedServer[]): Promise<void> {
    await this.#memory.update(listKey, servers.length === 0 ? undefined : servers);
  }
}

/** Another version of Devyard may have written it. */
function isRemembered(value: unknown): value is RememberedServer {
  const { id, name, url } = (value ?? {}) as Partial<Record<keyof RememberedServer, unknown>>;
  return typeof id === 'string' && typeof name === 'string' && typeof url === 'string';
}
