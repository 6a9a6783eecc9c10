import { DevyardError, messageOf } from '../shared/errors.ts';
import type { ResourceLog } from '../shared/logs/types.ts';
import { Mutex } from '../shared/mutex.ts';
import type { RunRecord } from '../shared/processes/types.ts';
import type { DevServerContext } from './context.ts';
import { ExternalWatch } from './externalWatch.ts';
import { installFirst } from './install.ts';
import { type ManifestView, startable } from './manifestSource.ts';
import type { ExternalInfo } from './external/parse.ts';
import type { DevServer, DevServerDefinition, StartOptions } from './model.ts';
import type { Rebuilt } from './ports.ts';
import { allOf, haveEnded, type Parts, partsOf, portsOf, takeOver } from './parts.ts';
import type { ProcessPart } from './processPart.ts';
import { ProjectRecord } from './projectRecord.ts';
import { rebuild } from './rebuild.ts';
import { everyOne, Session } from './session.ts';
import { surroundingsOf } from './surroundings.ts';
import { snapshotOf } from './summary.ts';

/** One project: what is stored of it, what its manifest says now, and, while it is up, its session. */
export class Project {
  readonly #context: DevServerContext;
  readonly #mutex = new Mutex();
  readonly log: ResourceLog;
  readonly #external: ExternalWatch;
  readonly #record: ProjectRecord;
  #view: ManifestView;
  #parts: Parts;
  #session: Session | undefined;
  /** Resolves when what is installed before the parts begin has been, or has come to nothing. */
  #installing: Promise<void> = Promise.resolve();
  /** Stops under way. */
  #stops = 0;
  #removing = false;

  constructor(context: DevServerContext, definition: DevServerDefinition, view: ManifestView, log: ResourceLog) {
    this.#context = context;
    this.#record = new ProjectRecord(context, definition, () => this.snapshot);
    this.#view = view;
    this.log = log;
    this.#external = new ExternalWatch(
      context,
      () => this.#publish(),
      (message) => this.#note(message),
    );
    this.#parts = this.#makeParts();
    this.#external.follow(definition.plan.devinfo);
  }

  get definition(): DevServerDefinition {
    return this.#record.definition;
  }

  /** Something of it is up, or on its way. */
  get isUp(): boolean {
    return this.#session !== undefined;
  }

  get external(): ExternalInfo | null {
    return this.#external.info;
  }

  get snapshot(): DevServer {
    const { builds, processes } = this.#parts;
    const parts = {
      processes: processes.map((part) => part.snapshot),
      builds: builds.map((part) => part.snapshot),
      external: this.external,
    };
    return snapshotOf(this.definition, this.#view, { isUp: this.isUp, isStopping: this.#stops > 0, parts });
  }

  /** Takes what the manifest says now. What runs goes on by what it was started with. */
  take(view: ManifestView): void {
    this.#view = view;
    if (!this.isUp && view.plan !== undefined && view.hash !== this.definition.planHash) {
      this.#record.replace({ ...this.definition, plan: view.plan, planHash: view.hash });
      this.#parts = this.#makeParts();
      this.#external.follow(view.plan.devinfo);
    }
    this.#publish();
  }

  /** A preset recognised it before; now a manifest says what it is. */
  async belongTo(manifest: string): Promise<void> {
    await this.#record.save({ manifest });
  }

  start(options: StartOptions, signal?: AbortSignal): Promise<DevServer> {
    return this.#settled(
      this.#mutex.run(() => this.#start(options)),
      options,
      signal,
    );
  }

  async stop(): Promise<DevServer> {
    await this.#interrupt({ wanted: false });
    return this.snapshot;
  }

  /** A stop and a start that nothing comes between. What may not start is not stopped either. */
  async restart(options: StartOptions, signal?: AbortSignal): Promise<DevServer> {
    this.#requireKept();
    startable(this.definition, this.#view);
    return this.#settled(this.#interrupt({ wanted: true, next: () => this.#start(options) }), options, signal);
  }

  /** Builds now. Throws `wrong-state` while it does not run, `not-found` for a build it does not have. */
  async rebuild(name?: string): Promise<Rebuilt> {
    const { pluginId } = this.definition;
    const builds = await rebuild({ pluginId, builds: this.#parts.builds, session: this.#session, name });
    return { success: builds.every(({ success }) => success), builds, devServer: this.snapshot };
  }

  process(name: string): ProcessPart {
    const found = this.#parts.processes.find((part) => part.name === name);
    if (found !== undefined) return found;
    throw new DevyardError('not-found', `${this.definition.pluginId} has no process “${name}”.`, { field: 'process' });
  }

  /** Goes on with what a former daemon ran, and begins the rest anew. `interrupted`: builds that it did not see the end of. */
  resume(records: readonly RunRecord[], interrupted: ReadonlySet<string>): Promise<void> {
    return this.#mutex.run(async () => {
      this.#parts = this.#makeParts((build) => !interrupted.has(build));
      const session = this.#newSession();
      const running = await takeOver(this.#parts, records, this.#context.onProblem);
      running.forEach((name) => session.takeUp(name));
      // With something that runs, what it needs has been installed.
      if (running.length > 0) session.begin();
      else this.#begin(session);
    });
  }

  /** Stops, forgets and erases what Devyard keeps of it. */
  async remove(): Promise<DevServer> {
    this.#requireKept();
    this.#removing = true;
    let last = this.snapshot;
    const erase = async (): Promise<void> => {
      last = this.snapshot;
      await this.#record.erase();
      this.#external.close();
    };
    try {
      await this.#interrupt({ wanted: false, next: erase });
      return last;
    } finally {
      this.#removing = this.#record.isClosed;
    }
  }

  /** Lets go of everything without ending what outlives the daemon. */
  async letGo(): Promise<void> {
    this.#record.close();
    this.#external.close();
    this.#session?.letGo();
    const parts = [
      this.#installing,
      ...this.#parts.builds.map((build) => build.stop()),
      ...this.#parts.processes.map((part) => part.letGo()),
    ];
    await Promise.all(parts);
  }

  async #settled(begun: Promise<void>, { wait }: StartOptions, signal?: AbortSignal): Promise<DevServer> {
    await begun;
    if (wait === true) await this.#session?.settled(signal);
    return this.snapshot;
  }

  async #start({ debug = false, window = false }: StartOptions): Promise<void> {
    this.#requireKept();
    const running = this.#session;
    if (running !== undefined) {
      if (!running.signal.aborted) return this.#goOn(running, window);
      // A stop of it failed: what is left of it may not run beside the new one.
      await running.end();
    }
    const { hash, plan } = startable(this.definition, this.#view);
    await this.#record.save({ plan, planHash: hash, wanted: true, byWindow: window, debug });
    this.#parts = this.#makeParts();
    this.#external.follow(plan.devinfo);
    this.#note(`Starting ${plan.pluginId} in ${plan.root}.`);
    this.#begin(this.#newSession());
  }

  /** Starting what runs tries again what failed; and what somebody outside of a window starts is not the windows' to stop. */
  async #goOn(session: Session, window: boolean): Promise<void> {
    if (this.definition.byWindow && !window) await this.#record.save({ byWindow: false });
    session.retryFailed();
  }

  #requireKept(): void {
    if (this.#removing) throw new DevyardError('not-found', `${this.definition.pluginId} was removed.`);
  }

  #begin(session: Session): void {
    this.#installing = this.#installed(session).then((ok) => {
      if (ok) session.begin();
    }, this.#context.onProblem);
  }

  /** Whether the parts may start. What kept the installation from working is the state of every part. */
  async #installed(session: Session): Promise<boolean> {
    const parts = allOf(this.#parts);
    try {
      await installFirst(this.#context, this.#record, {
        log: this.log,
        signal: session.signal,
        onBegin: () => parts.forEach((part) => part.wait('installing what it needs')),
      });
      return !session.signal.aborted;
    } catch (error) {
      if (session.signal.aborted) return false;
      this.#note(`The installation failed: ${messageOf(error)}`);
      parts.forEach((part) => part.fail(error));
      session.letGo();
      this.#session = undefined;
      await this.#record.save({ wanted: false });
      return false;
    }
  }

  /**
   * Ends it. This does not wait for its turn, because it is what ends the operation whose turn it is; whatever is asked for
   * after it does. `next` comes in the same turn. `wanted` is written before anything is ended, and so holds after a kill.
   */
  async #interrupt({ wanted, next }: { readonly wanted: boolean; readonly next?: () => Promise<void> }): Promise<void> {
    const session = this.#session;
    const ending = session === undefined ? undefined : this.#end(session, wanted);
    // It is awaited when its turn has come.
    ending?.catch(() => undefined);
    await this.#mutex.run(async () => {
      await ending;
      // What was starting in the meantime has its session by now.
      const late = this.#session;
      if (late !== undefined && late !== session) await this.#end(late, wanted);
      this.#session = undefined;
      // What kept it from starting is over, too.
      await everyOne(allOf(this.#parts).map((part) => part.stop()));
      this.take(this.#view);
      await next?.().catch(async (error: unknown) => {
        await this.#record.save({ wanted: false });
        throw error;
      });
    });
  }

  async #end(session: Session, wanted: boolean): Promise<void> {
    this.#stops += 1;
    this.#publish();
    try {
      if (!wanted && this.definition.wanted) await this.#record.save({ wanted });
      await session.end();
      await this.#installing;
      this.#note('Stopped.');
    } finally {
      this.#stops -= 1;
      this.#publish();
    }
  }

  #newSession(): Session {
    const session = new Session(allOf(this.#parts));
    this.#session = session;
    return session;
  }

  #makeParts(resumed: (build: string) => boolean = () => false): Parts {
    const { debug, id, plan, pluginId, ports } = this.definition;
    const parts = partsOf({
      context: this.#context,
      projectId: id,
      plan,
      log: this.log,
      surroundings: surroundingsOf(this.#context, plan),
      lastPorts: ports,
      debug,
      resumed,
      onProblems: (build, errors) => this.#record.tell({ type: 'plugin/devserver/error', id, pluginId, build, errors }),
    });
    for (const part of allOf(parts)) {
      part.onChange(() => {
        this.#publish();
        if (this.#session?.isOn === true && haveEnded(this.#parts)) void this.stop().catch(this.#context.onProblem);
      });
    }
    return parts;
  }

  #publish(): void {
    this.#record.publish(portsOf(this.#parts));
  }

  #note(text: string): void {
    this.log.append('system', text);
  }
}
