import { dirname, join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { DevyardError } from '../shared/errors.ts';
import { requireFolder } from '../shared/files.ts';
import type { ResourceLog } from '../shared/logs/types.ts';
import { Mutex } from '../shared/mutex.ts';
import type { CodeServerContext } from './context.ts';
import { emptyAside, eraseAside, notErased, setAside } from './erase.ts';
import { makeHome, slugOf } from './home.ts';
import { ManagedServer } from './managedServer.ts';
import type { CodeServer, CodeServerDefinition, CodeServerHealth, CreateInput, Deleted, UpdateInput } from './model.ts';
import type { CodeServers } from './ports.ts';
import { eraseCodeServer, rememberKey, resourceOfKey, saveCodeServer, type StoredCodeServer } from './repository.ts';
import { validArguments, validEnvironment, validFolderPath, validName } from './validate.ts';

const probeTimeoutMs = 3000;

/** The log of a code-server is a folder of this name. */
export const logKey = (id: string): string => `codeServer-${id}`;

type WaitOptions = { wait?: boolean | undefined; signal?: AbortSignal };

/** Every code-server of this data directory. */
export class CodeServerManager implements CodeServers {
  readonly context: CodeServerContext;
  readonly #servers = new Map<string, ManagedServer>();
  readonly #creating = new Mutex();

  constructor(context: CodeServerContext) {
    this.context = context;
  }

  /** Takes up a stored server; its process, if any, is resumed by reconcile.ts. */
  async load(stored: StoredCodeServer): Promise<ManagedServer> {
    const { definition } = stored;
    this.context.ports.hold(definition.port, holderName(definition.name));
    const server = new ManagedServer(this.context, stored, await this.context.logs.open(logKey(definition.id)));
    this.#servers.set(definition.id, server);
    return server;
  }

  /** Oldest first. */
  list(): readonly CodeServer[] {
    // A UUIDv7 begins with its time.
    const oldestFirst = [...this.#servers].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return oldestFirst.map(([, server]) => server.record.snapshot);
  }

  get(id: string): CodeServer {
    return this.#server(id).record.snapshot;
  }

  async create(input: CreateInput, idempotencyKey?: string): Promise<CodeServer> {
    const name = validName(input.name);
    const args = validArguments(input.args ?? []);
    const env = validEnvironment(input.env ?? {});
    if (input.folder !== undefined) await requireFolder(validFolderPath(input.folder), 'folder');
    const server = await this.#creating.run(async () => {
      const existing =
        idempotencyKey === undefined ? undefined : await resourceOfKey(this.context.database, idempotencyKey);
      if (existing !== undefined) return this.#server(existing);
      const id = uuidv7();
      const port = await this.context.ports.allocate(this.context.settings().portRange, holderName(name), input.port);
      return this.#make(
        {
          id,
          name,
          folder: input.folder ?? join(this.context.workspaces, id, slugOf(name)),
          folderOwned: input.folder === undefined,
          port,
          createdAt: this.context.clock.now(),
          args,
          env,
          memoryLimitMb: input.memoryLimitMb ?? null,
          hostId: this.context.hostId,
        },
        idempotencyKey,
      );
    });
    if (input.start === true && server.record.state.status === 'stopped') await server.start();
    return server.record.snapshot;
  }

  async update(id: string, input: UpdateInput): Promise<CodeServer> {
    const server = this.#server(id);
    const changes = {
      ...(input.name === undefined ? {} : { name: validName(input.name) }),
      ...(input.args === undefined ? {} : { args: validArguments(input.args) }),
      ...(input.env === undefined ? {} : { env: validEnvironment(input.env) }),
      ...(input.memoryLimitMb === undefined ? {} : { memoryLimitMb: input.memoryLimitMb }),
    };
    await server.exclusively(async () => {
      const definition = { ...server.record.definition, ...changes };
      await server.redefine(definition);
      await makeHome(definition, server.paths);
      this.context.ports.hold(definition.port, holderName(definition.name));
    });
    return server.record.snapshot;
  }

  async start(id: string, options: WaitOptions = {}): Promise<CodeServer> {
    const server = this.#server(id);
    await server.start();
    return this.#whenSettled(server, options);
  }

  async stop(id: string): Promise<CodeServer> {
    const server = this.#server(id);
    await server.stop();
    return server.record.snapshot;
  }

  async restart(id: string, options: WaitOptions = {}): Promise<CodeServer> {
    const server = this.#server(id);
    await server.restart();
    return this.#whenSettled(server, options);
  }

  async remove(id: string, options: { keepWorkspace?: boolean | undefined } = {}): Promise<Deleted> {
    const server = this.#server(id);
    const { homes, journal, logs, ports, workspaces } = this.context;
    const { folder, folderOwned, port } = server.record.definition;
    const own = folderOwned && dirname(folder) === join(workspaces, id);
    const eraseFolder = own && options.keepWorkspace !== true;
    if (!own && options.keepWorkspace === false) {
      throw new DevyardError('invalid', `${folder} existed before Devyard and is never erased.`, {
        field: 'keepWorkspace',
        hint: 'Delete the folder yourself, or leave keepWorkspace out.',
      });
    }
    let written = false;
    await server.retire(async () => {
      // The workspace first: the server's own folder is what says that the deletion was decided.
      if (eraseFolder) await setAside(workspaces, id);
      await setAside(homes, id);
      // Even on a full disk: a deletion is what makes room.
      ({ written } = await journal.observe({ type: 'codeServer.deleted', id }, eraseCodeServer(id)));
      this.#servers.delete(id);
      ports.release(port);
    });
    await logs.remove(logKey(id)).catch(this.context.onProblem);
    const home = await this.#erase(written ? eraseAside(homes, id) : emptyAside(homes, id), server.paths.home);
    const workspace = eraseFolder
      ? await this.#erase(eraseAside(workspaces, id), folder)
      : { erased: [], kept: [folder] };
    return { id, erased: [...home.erased, ...workspace.erased], kept: [...home.kept, ...workspace.kept] };
  }

  /** A file that may not be erased, such as one that a container made as root, is left and said; the server is gone all the same. */
  async #erase(erasing: Promise<void>, path: string): Promise<Pick<Deleted, 'erased' | 'kept'>> {
    try {
      await erasing;
      return { erased: [path], kept: [] };
    } catch (error) {
      this.context.onProblem(notErased(path, error));
      return { erased: [], kept: [path] };
    }
  }

  requireGate(id: string): void {
    this.#server(id).requireGate();
  }

  async health(id: string): Promise<CodeServerHealth> {
    const server = this.#server(id);
    const { state, metrics } = server.record.snapshot;
    const startedAt = state.status === 'running' || state.status === 'unhealthy' ? state.run.startedAt : undefined;
    return {
      status: state.status,
      httpHealthy: server.hasProcess && (await this.context.probe.healthy(server.paths.socket, probeTimeoutMs)),
      processExists: server.hasProcess,
      cpuPercent: metrics?.cpuPercent ?? 0,
      memoryBytes: metrics?.memoryBytes ?? 0,
      uptimeSeconds: startedAt === undefined ? 0 : Math.max(0, (this.context.clock.now() - startedAt) / 1000),
    };
  }

  async log(id: string): Promise<ResourceLog> {
    return this.#server(id).log;
  }

  /** How many have a process. */
  get runningCount(): number {
    return [...this.#servers.values()].filter((server) => server.hasProcess).length;
  }

  /** Which server a run belongs to. */
  ofRun(runId: string): string | undefined {
    return [...this.#servers.values()].find((server) => server.record.runId === runId)?.record.definition.id;
  }

  /** Probes every server now: somebody began to look. */
  poke(): void {
    for (const server of this.#servers.values()) server.poke();
  }

  /** Ends every process; for an end of the daemon that was asked for as such. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.end()));
  }

  /** Lets go of everything without ending anything. */
  async letGo(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.letGo()));
  }

  /** Stored before its folders are made, so that a kill in between leaves nothing that nobody knows of. */
  async #make(definition: CodeServerDefinition, idempotencyKey: string | undefined): Promise<ManagedServer> {
    const { clock, journal, ports } = this.context;
    const stored: StoredCodeServer = { definition, state: { status: 'creating' }, runId: undefined };
    const server = await this.load(stored);
    try {
      await journal.intend({ type: 'codeServer.created', codeServer: server.record.snapshot }, async (transaction) => {
        await saveCodeServer(stored)(transaction);
        if (idempotencyKey !== undefined) await rememberKey(idempotencyKey, definition.id, clock.now())(transaction);
      });
    } catch (error) {
      this.#servers.delete(definition.id);
      ports.release(definition.port);
      throw error;
    }
    try {
      await server.finishCreation();
    } catch (error) {
      await this.remove(definition.id);
      throw error;
    }
    return server;
  }

  async #whenSettled(server: ManagedServer, options: WaitOptions): Promise<CodeServer> {
    if (options.wait !== true) return server.record.snapshot;
    const state = await server.record.settled(options.signal);
    if (state.status === 'failed') {
      throw new DevyardError('start-failed', `“${server.record.definition.name}” did not start: ${state.reason}.`, {
        hint:
          state.lastLines.length > 0
            ? `Its last lines were:\n${state.lastLines.slice(-5).join('\n')}`
            : (state.hint ?? 'Read its log.'),
      });
    }
    if (state.status === 'stopped' || state.status === 'stopping') {
      throw new DevyardError('conflict', `“${server.record.definition.name}” was stopped before it ran.`, {
        hint: 'Start it again.',
      });
    }
    if (state.status === 'unhealthy') {
      throw new DevyardError('start-failed', `“${server.record.definition.name}” has a process but ${state.reason}.`, {
        hint: 'It is still waited for. Read its log, or stop it.',
      });
    }
    return server.record.snapshot;
  }

  #server(id: string): ManagedServer {
    const server = this.#servers.get(id);
    if (server === undefined) {
      throw new DevyardError('not-found', `There is no code-server ${id}.`, {
        field: 'id',
        hint: 'List the code-servers to see what there is.',
      });
    }
    return server;
  }
}

const holderName = (name: string): string => `the code-server “${name}”`;
