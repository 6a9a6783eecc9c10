import { isDeepStrictEqual } from 'node:util';
import { DevyardError, messageOf } from '../shared/errors.ts';
import type { Write } from '../shared/events/journal.ts';
import { createDokployApi } from './api/client.ts';
import { DokployFailure } from './api/failure.ts';
import { explainKey, problemOf } from './api/keyCheck.ts';
import { testServer } from './api/testServer.ts';
import type { DokployApi, ListedProject } from './api/types.ts';
import { apiKeyName, type DokployContext, serverOwner } from './context.ts';
import { projectViews } from './listing.ts';
import type { DokployServer, ProjectView, ServerConnection, ServerProblem, TestedServer } from './model.ts';
import type { ServerDefinition } from './records.ts';
import { saveServer } from './repository.ts';

/** One Dokploy server: how it is reached, and what it last said. */
export class ServerLink {
  readonly #context: DokployContext;
  #definition: ServerDefinition;
  #connection: ServerConnection = { status: 'unknown' };
  #projects: readonly ProjectView[] = [];
  #published: DokployServer;
  #api: DokployApi | undefined;
  /** Of former definitions; what was begun with them comes to its end. */
  #retired: DokployApi[] = [];
  /** Counts the definitions that lead elsewhere or with another key. */
  #generation = 0;
  /** Of the row that is stored. */
  #keptCheckedAt: number | null;
  #isForgotten = false;

  constructor(context: DokployContext, definition: ServerDefinition) {
    this.#context = context;
    this.#definition = definition;
    this.#keptCheckedAt = definition.checkedAt;
    this.#published = this.snapshot;
  }

  get definition(): ServerDefinition {
    return this.#definition;
  }

  get id(): string {
    return this.#definition.id;
  }

  get connection(): ServerConnection {
    return this.#connection;
  }

  /** Under which published ports of the Dokploy machine itself are reached. */
  get host(): string {
    return new URL(this.#definition.url).hostname.replace(/^\[|\]$/g, '');
  }

  get snapshot(): DokployServer {
    const { keyHistory: _history, ...definition } = this.#definition;
    return { ...definition, connection: this.#connection, projects: this.#projects };
  }

  /** Rejects `server-refused` when the key is gone from the store. */
  async api(): Promise<DokployApi> {
    if (this.#api !== undefined) return this.#api;
    const generation = this.#generation;
    const { certificate, name, url } = this.#definition;
    const apiKey = await this.#context.secrets.get(serverOwner(this.id), apiKeyName);
    if (generation !== this.#generation) return this.api();
    if (apiKey === undefined) throw keyMissing(name);
    // Somebody else may have made it while the key was read.
    if (this.#api !== undefined) return this.#api;
    const { clock, random } = this.#context;
    const http = this.#context.http({ certificate });
    this.#api = createDokployApi({ http, clock, random, url, apiKey });
    return this.#api;
  }

  /** All its projects. What becomes of it is told to who watches. Rejects `cancelled` when it was changed meanwhile. */
  async read(signal?: AbortSignal): Promise<readonly ListedProject[]> {
    const { clock, onChecked } = this.#context;
    const generation = this.#generation;
    try {
      const api = await this.api();
      const projects = await api.projects({ signal });
      const { status } = this.#connection;
      const version = status === 'connected' ? this.#connection.version : await api.version({ signal });
      this.#requireSame(generation);
      this.#projects = projectViews(projects);
      const keyHistory = { ...this.#definition.keyHistory, lastWorkedAt: clock.now() };
      this.#definition = { ...this.#definition, checkedAt: clock.now(), keyHistory };
      await this.#say({ status: 'connected', version });
      if (!this.#isForgotten) onChecked(this.id, clock.now());
      return projects;
    } catch (error) {
      if (signal?.aborted !== true && generation === this.#generation) await this.#say(this.#failing(error));
      throw error;
    }
  }

  /** Asks everything that tells a good key from a limited one. */
  async test(signal?: AbortSignal): Promise<TestedServer> {
    let notes: readonly string[] = [];
    const generation = this.#generation;
    try {
      const tested = await testServer(await this.api(), {
        history: this.#definition.keyHistory,
        now: this.#context.clock.now(),
        signal,
      });
      this.#requireSame(generation);
      notes = tested.notes;
      this.#definition = { ...this.#definition, keyHistory: tested.history };
      await this.#say(
        tested.failure === undefined
          ? { status: 'connected', version: tested.version }
          : this.#failing(tested.failure, tested.problem),
      );
    } catch (error) {
      signal?.throwIfAborted();
      if (generation !== this.#generation) throw error;
      await this.#say(this.#failing(error));
    }
    return { ok: this.#connection.status === 'connected', server: this.snapshot, notes };
  }

  /** Another address, name, certificate or key. What was begun goes on as it was. */
  async change(
    changes: Partial<Pick<ServerDefinition, 'name' | 'url' | 'certificate'>>,
    apiKey?: string,
  ): Promise<void> {
    const { journal, secrets } = this.#context;
    const before = this.#definition;
    const keyHistory = apiKey === undefined ? before.keyHistory : { unlimited: false, lastWorkedAt: null };
    const { name, url, certificate } = { ...before, ...changes };
    const definition = { ...before, name, url, certificate, keyHistory };
    const key = apiKey === undefined ? undefined : secrets.keep(serverOwner(this.id), apiKeyName, apiKey);
    const server = { ...this.snapshot, name, url, certificate };
    await journal.intend({ type: 'dokploy.serverChanged', server }, async (transaction) => {
      await saveServer(definition)(transaction);
      await key?.(transaction);
    });
    this.#definition = { ...this.#definition, name, url, certificate, keyHistory };
    this.#published = this.snapshot;
    const isSame = apiKey === undefined && url === before.url && certificate === before.certificate;
    if (isSame) return;
    this.#generation += 1;
    if (this.#api !== undefined) this.#retired.push(this.#api);
    this.#api = undefined;
  }

  /** Ends connections; the next call makes new ones. */
  close(): void {
    for (const api of this.#retired.splice(0)) api.close();
    this.#api?.close();
    this.#api = undefined;
  }

  /** From now on nothing of it is written or told any more. */
  forget(): void {
    this.#isForgotten = true;
    this.close();
  }

  /** For the next daemon, when this one ends. */
  async keep(): Promise<void> {
    if (this.#definition.checkedAt === this.#keptCheckedAt) return;
    await this.#context.journal.observe({ type: 'dokploy.serverChanged', server: this.snapshot }, this.#save());
  }

  #requireSame(generation: number): void {
    if (generation === this.#generation) return;
    throw new DevyardError('cancelled', `“${this.#definition.name}” was changed while it was asked.`);
  }

  #failing(thrown: unknown, found?: ServerProblem): ServerConnection {
    const { clock } = this.#context;
    const before = this.#connection;
    const isKeyless = thrown instanceof DevyardError && thrown.field === 'apiKey';
    const problem = found ?? (isKeyless ? 'bad-key' : problemOf(thrown, this.#definition.keyHistory, clock.now()));
    const since = before.status === 'failing' && before.problem === problem ? before.since : clock.now();
    const said = explained(thrown, problem);
    const hint = said instanceof DevyardError ? said.hint : undefined;
    const certificate = said instanceof DokployFailure ? said.certificate : undefined;
    return {
      status: 'failing',
      since,
      problem,
      reason: messageOf(said),
      ...(hint === undefined ? {} : { hint }),
      ...(certificate === undefined ? {} : { certificate }),
    };
  }

  async #say(connection: ServerConnection): Promise<void> {
    this.#connection = connection;
    const server = this.snapshot;
    if (this.#isForgotten) return;
    // When it was asked is told by the moment's event: a row that stays the same is not written again and again.
    if (isDeepStrictEqual({ ...server, checkedAt: 0 }, { ...this.#published, checkedAt: 0 })) return;
    this.#published = server;
    await this.#context.journal.observe({ type: 'dokploy.serverChanged', server }, this.#save());
  }

  #save(): Write {
    this.#keptCheckedAt = this.#definition.checkedAt;
    return saveServer(this.#definition);
  }
}

function keyMissing(name: string): DevyardError {
  return new DevyardError('server-refused', `The API key of “${name}” is not in Devyard's store.`, {
    field: 'apiKey',
    hint: 'Edit the server and give its API key again.',
  });
}

/** In words for what is known about the key by now, where it was the key. */
function explained(thrown: unknown, problem: ServerProblem): unknown {
  const isKey = problem === 'bad-key' || problem === 'revoked-key' || problem === 'rate-limited-key';
  return isKey && thrown instanceof DokployFailure ? explainKey(thrown, problem) : thrown;
}
