import type { Transaction } from 'kysely';
import type { Clock } from '../clock.ts';
import { type Dispose, Emitter } from '../emitter.ts';
import { Mutex } from '../mutex.ts';
import type { Database, Tables } from '../store/schema.ts';
import { storeError } from '../store/store.ts';
import type { EventLog, NumberedEvent } from './types.ts';

export type Write = (transaction: Transaction<Tables>) => Promise<void>;

interface Entry<E> {
  readonly numbered: NumberedEvent<E>;
  readonly write: Write;
}

interface JournalOptions {
  readonly clock: Clock;
  /** How many events are kept for replay. */
  readonly kept?: number;
  readonly onProblem: (error: unknown) => void;
}

const retryMs = 5000;

/**
 * The one sequence of everything that happened: a state change and its event are one transaction and are published after
 * it, in order. What was *observed* (a process ended) stays true when the disk is full: it is published at once, kept,
 * and written with the next success. What is *intended* fails instead.
 */
export class Journal<E> implements EventLog<E> {
  readonly #database: Database;
  readonly #options: Required<JournalOptions>;
  readonly #emitter: Emitter<NumberedEvent<E>>;
  #recent: NumberedEvent<E>[];
  #lastId: number;
  #unwritten: Entry<E>[] = [];
  readonly #mutex = new Mutex();
  #cancelRetry: Dispose | undefined;
  #closed = false;

  private constructor(
    database: Database,
    options: Required<JournalOptions>,
    recent: NumberedEvent<E>[],
    lastId: number,
  ) {
    this.#database = database;
    this.#options = options;
    this.#recent = recent;
    this.#lastId = lastId;
    this.#emitter = new Emitter((message) => options.onProblem(new Error(message)));
  }

  static async open<E>(database: Database, options: JournalOptions): Promise<Journal<E>> {
    const kept = options.kept ?? 2000;
    const rows = await database.selectFrom('events').selectAll().orderBy('id', 'desc').limit(kept).execute();
    const recent: NumberedEvent<E>[] = [];
    for (const { id, time, data } of rows.toReversed()) {
      try {
        recent.push({ id, time, event: JSON.parse(data) as E });
      } catch {
        // Who asks for what came before it reads everything anew.
        recent.length = 0;
      }
    }
    return new Journal(database, { kept, ...options }, recent, rows[0]?.id ?? 0);
  }

  get lastId(): number {
    return this.#lastId;
  }

  on(listener: (event: NumberedEvent<E>) => void): Dispose {
    return this.#emitter.on(listener);
  }

  since(id: number): readonly NumberedEvent<E>[] | undefined {
    const oldest = this.#recent[0]?.id ?? this.#lastId + 1;
    if (id > this.#lastId || id < oldest - 1) return undefined;
    return this.#recent.filter((event) => event.id > id);
  }

  /** Records an intention: rejects (`disk-full` …) and publishes nothing when it cannot be written. */
  intend(event: E, write: Write): Promise<NumberedEvent<E>> {
    return this.#mutex.run(async () => {
      await this.#flush();
      const entry = this.#number(event, write);
      await this.#commit([entry]);
      return this.#publish(entry.numbered);
    });
  }

  /** Records a fact: always published; written now (`written`) or as soon as it can be. */
  observe(event: E, write: Write): Promise<NumberedEvent<E> & { readonly written: boolean }> {
    return this.#mutex.run(async () => {
      const entry = this.#number(event, write);
      this.#unwritten.push(entry);
      try {
        await this.#flush();
      } catch (error) {
        this.#options.onProblem(error);
        this.#retryLater();
      }
      return { ...this.#publish(entry.numbered), written: this.#unwritten.length === 0 };
    });
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry?.();
    await this.#mutex.run(() => this.#flush()).catch((error: unknown) => this.#options.onProblem(error));
  }

  #number(event: E, write: Write): Entry<E> {
    return { numbered: { id: this.#lastId + 1, time: this.#options.clock.now(), event }, write };
  }

  #publish(numbered: NumberedEvent<E>): NumberedEvent<E> {
    this.#lastId = numbered.id;
    this.#recent.push(numbered);
    if (this.#recent.length > this.#options.kept) {
      this.#recent = this.#recent.slice(-this.#options.kept);
    }
    this.#emitter.emit(numbered);
    return numbered;
  }

  async #flush(): Promise<void> {
    if (this.#unwritten.length === 0) return;
    await this.#commit(this.#unwritten);
    this.#unwritten = [];
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }

  #retryLater(): void {
    if (this.#closed || this.#cancelRetry !== undefined) return;
    this.#cancelRetry = this.#options.clock.after(retryMs, () => {
      this.#cancelRetry = undefined;
      void this.#mutex.run(() => this.#flush()).catch(() => this.#retryLater());
    });
  }

  async #commit(entries: readonly Entry<E>[]): Promise<void> {
    try {
      await this.#database.transaction().execute(async (transaction) => {
        for (const { numbered, write } of entries) {
          const { id, time, event } = numbered;
          await transaction
            .insertInto('events')
            .values({ id, time, data: JSON.stringify(event) })
            .execute();
          await write(transaction);
        }
        const oldest = (entries.at(-1)?.numbered.id ?? 0) - this.#options.kept;
        if (oldest > 0) await transaction.deleteFrom('events').where('id', '<=', oldest).execute();
      });
    } catch (error) {
      throw storeError(error, 'the database');
    }
  }
}
