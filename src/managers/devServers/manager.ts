import { dirname } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { DevyardError } from '../shared/errors.ts';
import type { ResourceLog } from '../shared/logs/types.ts';
import type { ConfigProblem } from '../shared/yaml/configProblem.ts';
import { Mutex } from '../shared/mutex.ts';
import type { RunRecord } from '../shared/processes/types.ts';
import type { DevServerContext } from './context.ts';
import { findProject } from './find.ts';
import { LastWindow } from './lastWindow.ts';
import { endStrays, leftoversOf, readLeftovers } from './leftovers.ts';
import type { ManifestSource } from './manifestSource.ts';
import type { ExternalInfo } from './external/parse.ts';
import type { DevServer, DevServerDefinition, StartOptions } from './model.ts';
import type { DevServers, Proposal, Rebuilt, TerminalInput, TerminalStream } from './ports.ts';
import { folderOf, isSamePlace, type Place, placeOf, requireAbsolute } from './place.ts';
import { Project } from './project.ts';
import { checkManifest, proposalsFor } from './reading.ts';
import { partOf } from './resource.ts';
import { readDevServers, saveDevServer } from './repository.ts';
import { everyOne } from './session.ts';
import { ManifestSources } from './sources.ts';
import type { Grantor, TrustStore } from './trust.ts';

/** What is held in memory of a project's log. */
const ring = { ringLines: 5000, ringBytes: 512 * 1024 };

export const logKey = (id: string): string => `devServer-${id}`;

/** All projects of the data directory. */
export class DevServerManager implements DevServers {
  readonly #context: DevServerContext;
  readonly #trusts: TrustStore;
  readonly #projects = new Map<string, Project>();
  readonly #sources: ManifestSources;
  readonly #adding = new Mutex();
  readonly #lastWindow: LastWindow;

  constructor(context: DevServerContext, trusts: TrustStore) {
    this.#context = context;
    this.#trusts = trusts;
    this.#sources = new ManifestSources(context, trusts, (source) => this.#taken(source));
    this.#lastWindow = new LastWindow(
      context.clock,
      () => context.settings().devServerGraceSeconds * 1000,
      () => this.#stopAbandoned(),
    );
  }

  list(): readonly DevServer[] {
    return [...this.#projects.values()].map((project) => project.snapshot);
  }

  get(id: string): DevServer {
    return this.#project(id).snapshot;
  }

  /** How many are up. */
  get runningCount(): number {
    return [...this.#projects.values()].filter((project) => project.isUp).length;
  }

  add(path: string, grantor?: Grantor): Promise<readonly DevServer[]> {
    return this.#adding.run(async () => {
      const place = await this.#sources.known(await placeOf(path));
      const source = await this.#sources.open(place);
      // It may have been saved this very moment.
      await source.refresh();
      if (source.problem !== undefined) {
        this.#closeUnused(source);
        throw new DevyardError('invalid', source.problem, {
          field: 'path',
          hint: place.isFile ? 'Correct the file, then add it again.' : 'Write a devyard.yaml, or import one.',
        });
      }
      if (grantor !== undefined) await this.#trusts.grant(source.path, source.hash, grantor);
      await source.refresh();
      const projects = [];
      for (const { pluginId } of source.plans) projects.push(await this.#addOne(place, source, pluginId));
      this.#taken(source);
      return projects.map((project) => project.snapshot);
    });
  }

  async remove(id: string): Promise<DevServer> {
    const project = this.#project(id);
    const { definition } = project;
    const last = await project.remove();
    this.#projects.delete(definition.id);
    this.#closeUnused(await this.#sources.of(definition));
    await this.#context.logs.remove(logKey(definition.id)).catch(this.#context.onProblem);
    return last;
  }

  async trust(id: string, hash: string, grantor: Grantor): Promise<DevServer> {
    const project = this.#project(id);
    const source = await this.#sources.of(project.definition);
    await source.refresh();
    if (source.hash !== hash) {
      this.#taken(source);
      throw new DevyardError('conflict', `${source.path} says something else by now.`, {
        field: 'hash',
        hint: 'Look at it again, then trust what it says.',
      });
    }
    await this.#trusts.grant(source.path, hash, grantor);
    await source.refresh();
    this.#taken(source);
    return project.snapshot;
  }

  async start(id: string, options: StartOptions, signal?: AbortSignal): Promise<DevServer> {
    const project = this.#project(id);
    await this.#look(project);
    return project.start(options, signal);
  }

  async stop(id: string): Promise<DevServer> {
    return this.#project(id).stop();
  }

  async restart(id: string, options: StartOptions, signal?: AbortSignal): Promise<DevServer> {
    const project = this.#project(id);
    await this.#look(project);
    return project.restart(options, signal);
  }

  async rebuild(id: string, build?: string): Promise<Rebuilt> {
    return this.#project(id).rebuild(build);
  }

  async log(id: string): Promise<ResourceLog> {
    return this.#project(id).log;
  }

  external(id: string): ExternalInfo | null {
    return this.#project(id).external;
  }

  async openTerminal(id: string, process: string): Promise<TerminalStream> {
    return this.#project(id).process(process).openTerminal();
  }

  async type(id: string, process: string, input: TerminalInput): Promise<void> {
    await this.#project(id).process(process).type(input);
  }

  async propose(path: string): Promise<readonly Proposal[]> {
    return proposalsFor(await folderOf(path), this.#context);
  }

  async check(path: string, text: string): Promise<readonly ConfigProblem[]> {
    return checkManifest(requireAbsolute(path), text, this.#context);
  }

  /** Takes up what is stored, and goes on with what a former daemon ran. */
  async load(): Promise<void> {
    const records = await readLeftovers(this.#context);
    const projects: Project[] = [];
    for (const definition of await readDevServers(this.#context)) {
      await this.#take(definition).then((project) => projects.push(project), this.#context.onProblem);
    }
    const known = new Set<RunRecord>();
    const resumed = projects.map(async (project) => {
      const { definition, log } = project;
      const { adoptable, strays } = leftoversOf(definition, records);
      for (const record of [...adoptable, ...strays]) known.add(record);
      // Before anything begins: an old build would write into the same files as the new one.
      await endStrays(this.#context, strays, log);
      if (definition.wanted) await project.resume(adoptable, new Set(strays.map(partOf)));
    });
    const forgotten = records.filter((record) => !known.has(record));
    await Promise.all([
      ...resumed.map((one) => one.catch(this.#context.onProblem)),
      endStrays(this.#context, forgotten),
    ]);
    for (const source of this.#sources.all) this.#taken(source);
    if ([...this.#projects.values()].some((project) => this.#isAbandonable(project))) this.#lastWindow.begin();
  }

  /** How many editor windows there are. */
  windows(count: number): void {
    this.#lastWindow.count(count);
  }

  /** The daemon is about to end, and with it every connection: no window has gone by that. */
  ignoreWindows(): void {
    this.#lastWindow.end();
  }

  async stopAll(): Promise<void> {
    await everyOne([...this.#projects.values()].map((project) => project.stop()));
  }

  /** Lets go of everything without ending what outlives the daemon. */
  async letGo(): Promise<void> {
    this.#lastWindow.end();
    for (const source of this.#sources.all) source.close();
    await Promise.all([...this.#projects.values()].map((project) => project.letGo()));
  }

  #isAbandonable(project: Project): boolean {
    const { byWindow, plan } = project.definition;
    return project.isUp && byWindow && !plan.keepRunning;
  }

  #stopAbandoned(): void {
    for (const project of this.#projects.values()) {
      if (!this.#isAbandonable(project)) continue;
      project.log.append('system', 'The last editor window was closed.');
      void project.stop().catch(this.#context.onProblem);
    }
  }

  async #addOne(place: Place, source: ManifestSource, pluginId: string): Promise<Project> {
    const same = this.#projectsOf(source).find(({ definition }) => definition.pluginId === pluginId);
    if (same !== undefined) return same;
    const recognised = place.isFile ? await this.#recognised(dirname(place.path), pluginId) : undefined;
    if (recognised !== undefined) {
      const former = await this.#sources.of(recognised.definition);
      await recognised.belongTo(place.path);
      this.#closeUnused(former);
      return recognised;
    }
    const { plan, hash } = source.viewOf(pluginId);
    if (plan === undefined) throw new DevyardError('internal', `The plan of ${pluginId} is gone.`);
    const { clock, hostId, journal } = this.#context;
    const definition: DevServerDefinition = {
      id: uuidv7(),
      hostId,
      createdAt: clock.now(),
      pluginId,
      folder: place.isFile ? dirname(place.path) : place.path,
      manifest: place.isFile ? place.path : null,
      plan,
      planHash: hash,
      ports: {},
      wanted: false,
      byWindow: false,
      debug: false,
    };
    const project = await this.#take(definition);
    try {
      await journal.intend(
        { type: 'plugin/devserver/status', ...project.snapshot },
        saveDevServer(definition, this.#context.sealed),
      );
    } catch (error) {
      this.#projects.delete(definition.id);
      await project.letGo();
      throw error;
    }
    return project;
  }

  /** A project that a preset recognised in the folder before there was a manifest. */
  async #recognised(folder: string, pluginId: string): Promise<Project | undefined> {
    for (const project of this.#projects.values()) {
      const { definition } = project;
      if (definition.manifest !== null || definition.pluginId !== pluginId) continue;
      if (await isSamePlace(definition.folder, folder)) return project;
    }
    return undefined;
  }

  async #take(definition: DevServerDefinition): Promise<Project> {
    const source = await this.#sources.of(definition);
    const log = await this.#context.logs.open(logKey(definition.id), ring);
    const project = new Project(this.#context, definition, source.viewOf(definition.pluginId), log);
    this.#projects.set(definition.id, project);
    return project;
  }

  async #look(project: Project): Promise<void> {
    const source = await this.#sources.of(project.definition);
    await source.refresh();
    this.#taken(source);
  }

  #closeUnused(source: ManifestSource): void {
    if (this.#projectsOf(source).length === 0) this.#sources.close(source);
  }

  /** Tells the projects what their manifest says now. */
  #taken(source: ManifestSource): void {
    for (const project of this.#projectsOf(source)) project.take(source.viewOf(project.definition.pluginId));
  }

  #projectsOf({ path }: ManifestSource): readonly Project[] {
    return [...this.#projects.values()].filter(({ definition }) => (definition.manifest ?? definition.folder) === path);
  }

  #project(id: string): Project {
    return findProject(this.#projects, id);
  }
}
