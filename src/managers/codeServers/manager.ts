import { dirname, join } from 'node:path';
import { DevyardError } from '../shared/errors.ts';
import { requireFolder } from '../shared/files.ts';
import type { Job } from '../shared/jobs/types.ts';
import type { ResourceLog } from '../shared/logs/types.ts';
import { MetricsHistory, type MetricsPoint } from '../shared/metrics/history.ts';
import { groupNamed, outfitOf } from './catalog.ts';
import type { CodeServerContext } from './context.ts';
import { wantedOf } from './creation.ts';
import { duplicateOf } from './duplicate.ts';
import { emptyAside, eraseAside, notErased, setAside } from './erase.ts';
import { holderName } from './holderName.ts';
import { codeServerRunners, type InstallPlan, jobKinds, jobTitle } from './jobRunners.ts';
import { Maker } from './maker.ts';
import { ManagedServer } from './managedServer.ts';
import type {
  AppliedSettings,
  CodeServer,
  CodeServerHealth,
  CreateInput,
  Deleted,
  DuplicateInput,
  OutfitInput,
  SettingsInput,
  TreeMetrics,
  UpdateInput,
  WorkspaceSource,
} from './model.ts';
import type { CodeServers } from './ports.ts';
import { eraseCodeServer, type StoredCodeServer } from './repository.ts';
import { validArguments, validEnvironment, validName } from './validate.ts';
import { runningOf, type WaitOptions } from './waiting.ts';
import { requireEmpty } from './workspace.ts';
import { resolveSource } from './workspacePlan.ts';

const probeTimeoutMs = 3000;

/** The log of a code-server is a folder of this name. */
export const logKey = (id: string): string => `codeServer-${id}`;

/** Every code-server of this data directory. */
export class CodeServerManager implements CodeServers {
  readonly context: CodeServerContext;
  readonly #servers = new Map<string, ManagedServer>();
  readonly #maker: Maker;
  readonly #history = new MetricsHistory();

  constructor(context: CodeServerContext) {
    this.context = context;
    this.#maker = new Maker(context, {
      find: (id) => this.#server(id),
      load: (stored) => this.load(stored),
      drop: (id) => void this.#servers.delete(id),
      remove: async (id) => void (await this.#remove(id)),
    });
    const runners = codeServerRunners({
      context,
      server: (id) => this.#server(id),
      discard: async (id) => void (await this.#remove(id)),
    });
    for (const [kind, runner] of Object.entries(runners)) context.jobs.register(kind, runner);
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

  async create(input: CreateInput, idempotencyKey?: string, signal?: AbortSignal): Promise<CodeServer> {
    const { clock, hostId, workspaces } = this.context;
    const catalog = await this.context.catalog(input.configFile);
    const wanted = await wantedOf(input, { catalog, workspaces, hostId, now: clock.now() });
    return this.#maker.make(wanted, { idempotencyKey, wait: input.wait === true, signal });
  }

  async duplicate(
    id: string,
    input: DuplicateInput,
    idempotencyKey?: string,
    signal?: AbortSignal,
  ): Promise<CodeServer> {
    const { record, paths } = this.#server(id);
    const { clock, workspaces } = this.context;
    const wanted = duplicateOf(record.definition, input, { workspaces, home: paths.home, now: clock.now() });
    // A copy of nothing, or another editor on nothing, is not what was asked for.
    await requireFolder(record.definition.folder, 'id');
    return this.#maker.make(wanted, { idempotencyKey, wait: input.wait === true, signal });
  }

  async installExtensions(id: string, input: OutfitInput): Promise<Job> {
    const { definition } = this.#server(id).record;
    const outfit = await outfitOf(input, await this.context.catalog(input.configFile));
    if (outfit.extensions.length === 0 && outfit.settings.length === 0) {
      throw new DevyardError('invalid', 'Neither extensions nor groups are named.', { field: 'extensions' });
    }
    const plan: InstallPlan = { extensionGroups: outfit.extensionGroups, settings: outfit.settings };
    return this.context.jobs.begin({
      kind: jobKinds.install,
      resourceId: id,
      title: jobTitle('install', definition.name, outfit.extensions.length),
      items: outfit.extensions,
      plan,
    });
  }

  async applySettings(id: string, input: SettingsInput): Promise<AppliedSettings> {
    const server = this.#server(id);
    const { groups } = await this.context.catalog(input.configFile);
    const patches = [
      ...(input.extensionGroup === undefined
        ? []
        : [groupNamed(groups, input.extensionGroup, 'extensionGroup').userSettings]),
      ...(input.settings === undefined ? [] : [input.settings]),
    ];
    return { file: server.settings.file, changed: await server.settings.merge(patches) };
  }

  async fillWorkspace(id: string, source: WorkspaceSource, configFile?: string): Promise<Job> {
    const server = this.#server(id);
    const { name, folder, folderOwned } = server.record.definition;
    if (!folderOwned) {
      throw new DevyardError('conflict', `${folder} is not Devyard's own folder.`, {
        hint: 'Create a code-server from the archive or repository instead.',
      });
    }
    const { plan } = await resolveSource(source, await this.context.catalog(configFile));
    await server.whileStopped(() => requireEmpty(folder));
    return this.context.jobs.begin({
      kind: jobKinds.fill,
      resourceId: id,
      title: jobTitle('fill', name),
      items: [],
      plan,
    });
  }

  async update(id: string, input: UpdateInput): Promise<CodeServer> {
    const server = this.#server(id);
    const { autoStart, memoryLimitMb, stopWhenIdleMinutes } = input;
    const changes = {
      ...(input.name === undefined ? {} : { name: validName(input.name) }),
      ...(input.args === undefined ? {} : { args: validArguments(input.args) }),
      ...(input.env === undefined ? {} : { env: validEnvironment(input.env) }),
      ...(memoryLimitMb === undefined ? {} : { memoryLimitMb }),
      ...(autoStart === undefined ? {} : { autoStart }),
      ...(stopWhenIdleMinutes === undefined ? {} : { stopWhenIdleMinutes }),
    };
    await server.change((definition) => ({ ...definition, ...changes }));
    const { name, port } = server.record.definition;
    this.context.ports.hold(port, holderName(name));
    return server.record.snapshot;
  }

  async start(id: string, options: WaitOptions = {}): Promise<CodeServer> {
    const server = this.#server(id);
    await server.start();
    return runningOf(server.record, options);
  }

  async stop(id: string): Promise<CodeServer> {
    const server = this.#server(id);
    await server.stop();
    return server.record.snapshot;
  }

  async restart(id: string, options: WaitOptions = {}): Promise<CodeServer> {
    const server = this.#server(id);
    await server.restart();
    return runningOf(server.record, options);
  }

  async remove(id: string, options: { keepWorkspace?: boolean | undefined } = {}): Promise<Deleted> {
    const { paths, record } = this.#server(id);
    await this.context.jobs.cancelAll(id);
    // A creation that is cancelled takes the server with it.
    if (!this.#servers.has(id)) return { id, erased: [paths.home, record.definition.folder], kept: [] };
    return this.#remove(id, options);
  }

  async #remove(id: string, options: { keepWorkspace?: boolean | undefined } = {}): Promise<Deleted> {
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
      // First, so that whoever hears of it finds it gone.
      this.#servers.delete(id);
      // Even on a full disk: a deletion is what makes room.
      ({ written } = await journal.observe({ type: 'codeServer.deleted', id }, eraseCodeServer(id)));
      ports.release(port);
      this.#history.forget(id);
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
    this.#server(id).gate.require();
  }

  password(id: string): Promise<string | undefined> {
    return this.#server(id).password();
  }

  async health(id: string): Promise<CodeServerHealth> {
    const server = this.#server(id);
    const { probe, clock } = this.context;
    const [answer] = await Promise.all([
      server.hasProcess ? probe.ask(server.healthTarget, probeTimeoutMs) : 'none',
      server.measure(),
    ]);
    const { state, metrics } = server.record.snapshot;
    const startedAt = state.status === 'running' || state.status === 'unhealthy' ? state.run.startedAt : undefined;
    return {
      status: state.status,
      httpHealthy: answer !== 'none',
      processExists: server.hasProcess,
      cpuPercent: metrics?.cpuPercent ?? 0,
      memoryBytes: metrics?.memoryBytes ?? 0,
      uptimeSeconds: startedAt === undefined ? 0 : Math.max(0, (clock.now() - startedAt) / 1000),
    };
  }

  async log(id: string): Promise<ResourceLog> {
    return this.#server(id).log;
  }

  /** How many have a process. */
  get runningCount(): number {
    return [...this.#servers.values()].filter((server) => server.hasProcess).length;
  }

  history(id: string): readonly MetricsPoint[] {
    return this.#history.of(this.#server(id).record.definition.id);
  }

  /** Takes a sample of a run; gives the server it belongs to. */
  measured(runId: string, { sampledAt, cpuPercent, memoryBytes }: TreeMetrics): string | undefined {
    const id = this.#ofRun(runId);
    if (id !== undefined) this.#history.add(id, { at: sampledAt, cpuPercent, memoryBytes });
    return id;
  }

  /** Probes one server, or every one, now: somebody looks. */
  poke(id?: string): void {
    if (id !== undefined) this.#server(id).poke();
    else for (const server of this.#servers.values()) server.poke();
  }

  /** Whether anything is to start whenever Devyard does. */
  get hasAutoStart(): boolean {
    return [...this.#servers.values()].some((server) => server.record.definition.autoStart);
  }

  /** Starts what a person wants to run whenever Devyard does. */
  autoStart(): void {
    for (const server of this.#servers.values()) {
      const { definition, state } = server.record;
      if (definition.autoStart && state.status === 'stopped') void server.start().catch(this.context.onProblem);
    }
  }

  /** Ends every process; for an end of the daemon that was asked for as such. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.end()));
  }

  /** Lets go of everything without ending anything. */
  async letGo(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.letGo()));
  }

  #ofRun(runId: string): string | undefined {
    return [...this.#servers.values()].find((server) => server.record.runId === runId)?.record.definition.id;
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
