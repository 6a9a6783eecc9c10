import { isDeepStrictEqual } from 'node:util';
import { DevyardError } from '../shared/errors.ts';
import type { Job } from '../shared/jobs/types.ts';
import { Mutex } from '../shared/mutex.ts';
import { Connections } from './connections.ts';
import type { DokployContext } from './context.ts';
import { type ChangePlan, deleteJobOf, isDeleting, type JobKind, jobKinds, jobOf } from './jobKinds.ts';
import { workspaceRunners } from './jobRunners.ts';
import { type ManagedWorkspace, sealPlan } from './managedWorkspace.ts';
import { machineContextOf } from './machineContext.ts';
import type {
  Adoption,
  DokployServer,
  ForwardView,
  LogSource,
  NewServer,
  NewWorkspace,
  ServerChanges,
  ServerTargets,
  SshConfigView,
  TestedServer,
  Workspace,
  WorkspaceChanges,
} from './model.ts';
import type { Dokploy } from './ports.ts';
import { removeServer } from './removeServer.ts';
import { eraseWorkspace, idsOfWorkspaces } from './repository.ts';
import { Servers } from './servers.ts';
import type { RemoteCommand, RemoteShell } from './ssh/types.ts';
import { Survey } from './survey.ts';
import { targetsOf } from './targets.ts';
import { askAll } from './taskLook.ts';
import { followLog, readLog } from './workspaceLogs.ts';
import { WorkspaceMaker } from './workspaceMaker.ts';
import { changedPlan, detailsOf } from './workspacePlan.ts';
import { Workspaces } from './workspaces.ts';

/** All Dokploy servers of the data directory and the workspaces on them. */
export class DokployManager implements Dokploy {
  readonly #context: DokployContext;
  readonly #servers: Servers;
  readonly #workspaces: Workspaces;
  readonly #connections: Connections;
  readonly #maker: WorkspaceMaker;
  readonly #survey: Survey;
  readonly #changing = new Mutex();

  constructor(context: DokployContext) {
    this.#context = context;
    this.#servers = new Servers(context);
    this.#workspaces = new Workspaces(context);
    const [servers, workspaces] = [this.#servers, this.#workspaces];
    const connections = new Connections(context, {
      workspaces: () => workspaces.managed,
      changed: async (id) => workspaces.find(id)?.publish(),
    });
    this.#connections = connections;
    this.#survey = new Survey(context, { connections, servers, workspaces });
    this.#maker = new WorkspaceMaker(context, { connections, servers, workspaces });
    const runners = workspaceRunners({
      workspace: (id) => workspaces.find(id),
      machineContext: (workspace, work) => machineContextOf(context, { connections, servers }, workspace, work),
      look: (workspace) => this.#survey.ask(workspace),
      renewed: ({ id }) => connections.renew(id),
      reachable: ({ id }) => connections.reachable(id),
      exec: (workspace, command, signal) => connections.exec(workspace, command, signal),
      forget: (workspace) => this.#forget(workspace),
      remove: async ({ definition }, { volumes }) => {
        await context.jobs.begin(deleteJobOf(definition, { volumes, forget: false }));
      },
      moved: () => connections.writeConfig(),
      onProblem: context.onProblem,
    });
    for (const [kind, runner] of Object.entries(runners)) context.jobs.register(kind, runner);
  }

  /** Reads what is stored; asks nobody. */
  async load(): Promise<void> {
    await this.#servers.load();
    await this.#maker.load();
    await this.#connections.load(await idsOfWorkspaces(this.#context.database)).catch(this.#context.onProblem);
  }

  /** How many things go on that end with this daemon: port forwards and open sessions. */
  get activeCount(): number {
    return this.#connections.activeCount;
  }

  servers(): readonly DokployServer[] {
    return this.#servers.list().map(({ snapshot }) => snapshot);
  }

  server(id: string): DokployServer {
    return this.#servers.get(id).snapshot;
  }

  async addServer(input: NewServer): Promise<TestedServer> {
    const server = await this.#servers.add(input);
    return this.testServer(server.id);
  }

  async patchServer(id: string, changes: ServerChanges): Promise<TestedServer> {
    await this.#servers.change(id, changes);
    const tested = await this.testServer(id);
    // Where its workspaces are depends on it.
    if (changes.url !== undefined) await askAll(this.#workspaces.ofServer(id), (one) => this.#readDetails(one));
    return tested;
  }

  removeServer(id: string): Promise<DokployServer> {
    const { jobs, onProblem } = this.#context;
    return this.#maker.alone(() =>
      removeServer(id, {
        servers: this.#servers,
        workspaces: this.#workspaces,
        survey: this.#survey,
        connections: this.#connections,
        isBusy: (workspaceId) => jobs.hasUnfinished(workspaceId),
        observe: (event) => this.#context.journal.observe(event, async () => undefined),
        onProblem,
      }),
    );
  }

  async testServer(id: string, signal?: AbortSignal): Promise<TestedServer> {
    const server = this.#servers.get(id);
    const tested = await server.test(signal);
    this.#servers.get(id);
    this.#survey.expect(server);
    if (tested.ok) await this.#survey.read(server);
    return { ...tested, server: server.snapshot };
  }

  async targets(id: string, signal?: AbortSignal): Promise<ServerTargets> {
    const server = this.#servers.get(id);
    return targetsOf(await server.api(), server, signal);
  }

  workspaces(): readonly Workspace[] {
    return this.#workspaces.list();
  }

  async refresh(): Promise<readonly Workspace[]> {
    await Promise.all(this.#servers.list().map((server) => this.#survey.readAll(server)));
    return this.workspaces();
  }

  workspace(id: string): Workspace {
    return this.#workspaces.get(id);
  }

  async refreshWorkspace(id: string): Promise<Workspace> {
    const { id: exact, serverId } = this.#workspaces.get(id);
    await this.#survey.read(this.#servers.get(serverId));
    const workspace = this.#workspaces.find(exact);
    if (workspace !== undefined) {
      await this.#readDetails(workspace);
      await this.#survey.askQuietly(workspace);
    }
    return this.#workspaces.get(exact);
  }

  create(input: NewWorkspace, idempotencyKey?: string): Promise<Workspace> {
    return this.#maker.create(input, idempotencyKey);
  }

  adopt(id: string, adoption: Adoption): Promise<Workspace> {
    return this.#maker.adopt(id, adoption);
  }

  change(id: string, changes: WorkspaceChanges): Promise<Job> {
    // Each begins with what the one before it left.
    return this.#changing.run(() => this.#change(id, changes));
  }

  async remove(id: string, { volumes, forget }: { volumes: boolean; forget: boolean }): Promise<Job> {
    const { jobs } = this.#context;
    const isKnown = this.#workspaces.find(id) !== undefined;
    const former = isKnown
      ? undefined
      : jobs.list().findLast((job) => job.kind === jobKinds.delete && job.resourceId === id);
    if (former !== undefined) return former;
    const { definition } = this.#workspaces.require(id);
    const underWay = jobs.list().find((job) => isDeleting(job, definition, { volumes, forget }));
    if (underWay !== undefined) return underWay;
    // Whatever is done to it now is of no use any more.
    await jobs.cancelAll(definition.id);
    return jobs.begin(deleteJobOf(definition, { volumes, forget }));
  }

  start(id: string): Promise<Job> {
    return this.#begin('start', id);
  }

  stop(id: string): Promise<Job> {
    return this.#begin('stop', id);
  }

  restart(id: string): Promise<Job> {
    return this.#begin('restart', id);
  }

  redeploy(id: string): Promise<Job> {
    return this.#begin('redeploy', id);
  }

  async forgetHostKey(id: string): Promise<Workspace> {
    const workspace = this.#workspaces.require(id);
    await this.#connections.forgetHostKey(workspace);
    return workspace.snapshot;
  }

  exec(id: string, command: string, signal?: AbortSignal): Promise<RemoteCommand> {
    return this.#connections.exec(this.#workspaces.require(id), command, signal);
  }

  shell(id: string, size: { readonly columns: number; readonly rows: number }): Promise<RemoteShell> {
    return this.#connections.shell(this.#workspaces.require(id), size);
  }

  forward(
    id: string,
    wish: { readonly remotePort: number; readonly remoteHost: string; readonly localPort?: number | undefined },
  ): Promise<ForwardView> {
    return this.#connections.forward(this.#workspaces.require(id), wish);
  }

  async removeForward(id: string, remotePort: number): Promise<Workspace> {
    const workspace = this.#workspaces.require(id);
    await this.#connections.removeForward(workspace, remotePort);
    return workspace.snapshot;
  }

  async log(id: string, source: LogSource, tail: number, signal?: AbortSignal): Promise<string> {
    const workspace = this.#workspaces.require(id);
    const api = await this.#servers.get(workspace.definition.serverId).api();
    return readLog(api, workspace.ref(), source, tail, signal);
  }

  async *followLog(id: string, source: LogSource, tail: number, signal: AbortSignal): AsyncGenerator<string> {
    const workspace = this.#workspaces.require(id);
    const api = await this.#servers.get(workspace.definition.serverId).api();
    yield* followLog(api, workspace, { source, tail, signal, clock: this.#context.clock });
  }

  look(viewer: string, servers: readonly string[], workspaces: readonly string[]): void {
    this.#survey.look(viewer, servers, workspaces);
  }

  sshConfig(): Promise<SshConfigView> {
    return this.#connections.sshConfig();
  }

  includeSshConfig(): Promise<SshConfigView> {
    return this.#connections.includeSshConfig();
  }

  /** Ends connections and watching. What runs on the servers goes on. */
  async letGo(): Promise<void> {
    await this.#survey.close();
    await this.#connections.close();
    await this.#servers.close();
  }

  async #change(id: string, { forwardAgent, ...wishes }: WorkspaceChanges): Promise<Job> {
    const workspace = this.#workspaces.require(id);
    const { definition } = workspace;
    const agent = { forwardAgent: forwardAgent ?? definition.forwardAgent };
    const isAboutPlan = Object.values(wishes).some((wish) => wish !== undefined);
    const before = isAboutPlan ? workspace.plan() : undefined;
    const plan = before && changedPlan(before, wishes);
    const changes =
      plan === undefined
        ? agent
        : {
            ...agent,
            plan: sealPlan(this.#context, definition.id, plan),
            details: detailsOf(plan, definition.details.domains),
          };
    const deploy = plan !== undefined && !isDeepStrictEqual(plan, before);
    const job: ChangePlan = { deploy };
    const work = this.#context.jobs.prepare(jobOf('change', definition, { plan: job }));
    await workspace.change(changes, work.write);
    work.launch();
    await this.#connections.writeConfig();
    return work.job;
  }

  async #begin(kind: JobKind, id: string): Promise<Job> {
    return this.#context.jobs.begin(jobOf(kind, this.#workspaces.require(id).definition));
  }

  /** What the server has to say against it is in its own state. */
  async #readDetails(workspace: ManagedWorkspace): Promise<void> {
    try {
      await this.#maker.readDetails(workspace);
      await workspace.publish();
    } catch (error) {
      if (!(error instanceof DevyardError)) this.#context.onProblem(error);
    }
  }

  async #forget(workspace: ManagedWorkspace): Promise<void> {
    const { id } = workspace;
    await this.#context.journal.intend({ type: 'dokploy.workspaceRemoved', id }, eraseWorkspace(id));
    workspace.forget();
    this.#workspaces.drop(id);
    // What is left of it here, the next daemon finds.
    await this.#connections.forget(workspace).catch(this.#context.onProblem);
  }
}
