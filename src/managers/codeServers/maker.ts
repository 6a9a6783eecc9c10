import { v7 as uuidv7 } from 'uuid';
import { rememberKey, resourceOfKey } from '../shared/idempotency.ts';
import { lastJobOf, requireSuccess } from '../shared/jobs/outcome.ts';
import type { Job } from '../shared/jobs/types.ts';
import { Mutex } from '../shared/mutex.ts';
import type { CodeServerContext } from './context.ts';
import { needsJob, type Wanted } from './creation.ts';
import { jobKinds, jobTitle } from './jobRunners.ts';
import type { ManagedServer } from './managedServer.ts';
import type { CodeServer, CodeServerDefinition } from './model.ts';
import { holderName } from './holderName.ts';
import { saveCodeServer, type StoredCodeServer } from './repository.ts';

/** The list of servers, as far as making one needs it. */
interface Registry {
  /** Throws `not-found`. */
  readonly find: (id: string) => ManagedServer;
  readonly load: (stored: StoredCodeServer) => Promise<ManagedServer>;
  /** Forgets one that could not be stored. */
  readonly drop: (id: string) => void;
  readonly remove: (id: string) => Promise<void>;
}

interface MakeOptions {
  readonly idempotencyKey: string | undefined;
  /** Resolve when folder and extensions are there; else when the server is stored. */
  readonly wait: boolean;
  /** Ends only the waiting. */
  readonly signal: AbortSignal | undefined;
}

interface Made {
  readonly server: ManagedServer;
  /** What goes on after it was stored, if anything does. */
  readonly job: Job | undefined;
}

const exhausted = {
  field: 'portRange',
  hint: 'Delete a code-server, end what holds a port, or widen the port range in the settings.',
};

/** Makes code-servers one after the other, so that no port and no idempotency key is given twice. */
export class Maker {
  readonly #context: CodeServerContext;
  readonly #registry: Registry;
  readonly #mutex = new Mutex();

  constructor(context: CodeServerContext, registry: Registry) {
    this.#context = context;
    this.#registry = registry;
  }

  async make(wanted: Wanted, { idempotencyKey, wait, signal }: MakeOptions): Promise<CodeServer> {
    const { server, job } = await this.#mutex.run(() => this.#makeOnce(wanted, idempotencyKey));
    if (job === undefined) {
      if (wanted.plan.start && server.record.state.status === 'stopped') await server.start();
    } else if (wait) {
      requireSuccess(await this.#context.jobs.ended(job.id, signal));
    }
    return server.record.snapshot;
  }

  async #makeOnce(wanted: Wanted, idempotencyKey: string | undefined): Promise<Made> {
    const { database, jobs, ports, settings } = this.#context;
    const existing = idempotencyKey === undefined ? undefined : await resourceOfKey(database, idempotencyKey);
    if (existing !== undefined) return { server: this.#registry.find(existing), job: lastJobOf(jobs.list(), existing) };
    const port = await ports.allocate(settings().portRange, holderName(wanted.name), wanted.port, exhausted);
    return this.#store(wanted, wanted.define(uuidv7(), port), idempotencyKey);
  }

  /** Stored before its folders are made, so that a kill in between leaves nothing that nobody knows of. */
  async #store(wanted: Wanted, definition: CodeServerDefinition, idempotencyKey: string | undefined): Promise<Made> {
    const { clock, jobs, journal, ports } = this.#context;
    const { id, name, port } = definition;
    const stored: StoredCodeServer = { definition, state: { status: 'creating' }, runId: undefined };
    const server = await this.#registry.load(stored);
    const work = needsJob(wanted)
      ? jobs.prepare({
          kind: jobKinds.create,
          resourceId: id,
          title: jobTitle('create', name),
          items: wanted.extensions,
          plan: wanted.plan,
        })
      : undefined;
    try {
      await journal.intend({ type: 'codeServer.created', codeServer: server.record.snapshot }, async (transaction) => {
        await saveCodeServer(stored)(transaction);
        await work?.write(transaction);
        if (idempotencyKey !== undefined) await rememberKey(idempotencyKey, id, clock.now())(transaction);
      });
    } catch (error) {
      this.#registry.drop(id);
      ports.release(port);
      throw error;
    }
    if (work !== undefined) {
      work.launch();
      return { server, job: work.job };
    }
    try {
      await server.finishCreation();
    } catch (error) {
      await this.#registry.remove(id);
      throw error;
    }
    return { server, job: undefined };
  }
}
