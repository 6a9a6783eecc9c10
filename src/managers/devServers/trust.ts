import { realpath } from 'node:fs/promises';
import type { Clock } from '../shared/clock.ts';
import type { Database } from '../shared/store/schema.ts';

/** Who let a manifest run: somebody at this machine, in a window whose workspace is trusted or at the command line. */
export type Grantor = 'person';

/**
 * What may run: a manifest's real path together with the hash of what it said. A manifest that changes is not trusted any
 * more, and one that changes back is again.
 */
export class TrustStore {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #granted = new Set<string>();

  private constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  static async open(database: Database, clock: Clock): Promise<TrustStore> {
    const store = new TrustStore(database, clock);
    const rows = await database.selectFrom('dev_server_trusts').select(['path', 'hash']).execute();
    for (const { path, hash } of rows) store.#granted.add(keyOf(path, hash));
    return store;
  }

  /** `path`: the manifest, or the folder where there is none. */
  async isTrusted(path: string, hash: string): Promise<boolean> {
    return this.#granted.has(keyOf(await real(path), hash));
  }

  async grant(path: string, hash: string, grantor: Grantor): Promise<void> {
    const at = await real(path);
    const row = { path: at, hash, granted_by: grantor, time: this.#clock.now() };
    await this.#database
      .insertInto('dev_server_trusts')
      .values(row)
      .onConflict((conflict) => conflict.columns(['path', 'hash']).doNothing())
      .execute();
    this.#granted.add(keyOf(at, hash));
  }
}

const keyOf = (path: string, hash: string): string => `${hash} ${path}`;
const real = (path: string): Promise<string> => realpath(path).catch(() => path);
