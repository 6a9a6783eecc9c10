import { DevyardError } from '../errors.ts';
import type { Write } from '../events/journal.ts';
import type { Database } from '../store/schema.ts';
import { storeError } from '../store/store.ts';
import { keyFromFile } from './keyFile.ts';
import { seal, unseal } from './sealed.ts';

interface SecretsOptions {
  readonly database: Database;
  readonly keyFile: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly onProblem: (error: DevyardError) => void;
}

/** Named secrets of resources (`codeServer:<id>` …), encrypted in the store. Nothing here is ever logged or published. */
export class Secrets {
  readonly #database: Database;
  readonly #key: Buffer;

  private constructor(database: Database, key: Buffer) {
    this.#database = database;
    this.#key = key;
  }

  static async open({ database, keyFile, now, onProblem }: SecretsOptions): Promise<Secrets> {
    return new Secrets(database, await keyFromFile({ path: keyFile, now, onProblem }));
  }

  /** Encrypts a text that its owner stores itself. */
  seal(owner: string, name: string, value: string): string {
    return seal(this.#key, { owner, name }, value);
  }

  /** Throws for what `seal` did not make for this owner and name with this key. */
  unseal(owner: string, name: string, sealed: string): string {
    return unseal(this.#key, { owner, name }, sealed);
  }

  /** Keeps a value in place of a former one. Resolves when it is on the disk; rejects `disk-full` and the like. */
  async set(owner: string, name: string, value: string): Promise<void> {
    try {
      await this.#database.transaction().execute(this.keep(owner, name, value));
    } catch (error) {
      throw storeError(error, 'the database');
    }
  }

  /** The same, for the transaction that stores what the value belongs to. */
  keep(owner: string, name: string, value: string): Write {
    const row = { owner, name, sealed: seal(this.#key, { owner, name }, value) };
    return async (transaction) => {
      await transaction
        .insertInto('secrets')
        .values(row)
        .onConflict((conflict) => conflict.columns(['owner', 'name']).doUpdateSet(row))
        .execute();
    };
  }

  /** undefined: there is none. Throws `store-corrupt` for one that is there and cannot be read. */
  async get(owner: string, name: string): Promise<string | undefined> {
    const row = await this.#database
      .selectFrom('secrets')
      .select('sealed')
      .where('owner', '=', owner)
      .where('name', '=', name)
      .executeTakeFirst()
      .catch((error: unknown) => {
        throw storeError(error, 'the database');
      });
    if (row === undefined) return undefined;
    try {
      return unseal(this.#key, { owner, name }, row.sealed);
    } catch (error) {
      throw new DevyardError('store-corrupt', `The ${name} that is kept for ${owner} cannot be read.`, {
        hint: 'It was damaged, or sealed with another key. Put the right key file back, or have a new one made.',
        cause: error,
      });
    }
  }
}

/** Erases every secret of a resource; for the transaction that erases the resource. */
export function forgetSecrets(owner: string): Write {
  return async (transaction) => {
    await transaction.deleteFrom('secrets').where('owner', '=', owner).execute();
  };
}
