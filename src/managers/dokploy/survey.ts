import { DevyardError } from '../shared/errors.ts';
import { isDokployFailure } from './api/failure.ts';
import type { Connections } from './connections.ts';
import type { DokployContext } from './context.ts';
import type { ManagedWorkspace } from './managedWorkspace.ts';
import type { ServerProblem } from './model.ts';
import { OnScreen } from './onScreen.ts';
import type { ServerLink } from './serverLink.ts';
import type { Servers } from './servers.ts';
import { ServerWatch } from './serverWatch.ts';
import { askAll, askTasks, isDue } from './taskLook.ts';
import type { Workspaces } from './workspaces.ts';

interface SurveyPorts {
  readonly connections: Connections;
  readonly servers: Servers;
  readonly workspaces: Workspaces;
}

/** Finds out how servers and workspaces stand: of what somebody looks at again and again, of the rest when it is wanted. */
export class Survey {
  readonly #context: DokployContext;
  readonly #ports: SurveyPorts;
  readonly #onScreen: OnScreen;
  readonly #watches = new Map<string, ServerWatch>();
  /** A second question gets the answer to the first. */
  readonly #asking = new Map<string, Promise<void>>();

  constructor(context: DokployContext, ports: SurveyPorts) {
    this.#context = context;
    this.#ports = ports;
    this.#onScreen = new OnScreen(context.clock);
  }

  /** Somebody looks at these for the next moment. */
  look(viewer: string, servers: readonly string[], workspaces: readonly string[]): void {
    this.#onScreen.look(viewer, servers, workspaces);
    for (const server of this.#ports.servers.list()) {
      if (!this.#onScreen.hasServer(server.id)) continue;
      this.#watch(server).begin();
      // Rows that have just come on screen need not wait for the next reading of the whole server.
      if (server.connection.status === 'connected') void this.#askOnScreen(server).catch(this.#context.onProblem);
    }
  }

  /** Reads a server now. Never rejects: what is wrong with it becomes part of its state. */
  read(server: ServerLink): Promise<void> {
    return this.#watch(server).now();
  }

  /** Reads a server and everything that Devyard looks after there. */
  async readAll(server: ServerLink): Promise<void> {
    await this.read(server);
    if (server.connection.status !== 'connected') return;
    await askAll(this.#ports.workspaces.ofServer(server.id), (workspace) => this.askQuietly(workspace));
  }

  /** A server was tested or changed: what kept it from answering may be gone. */
  expect(server: ServerLink): void {
    this.#watch(server).forgetFailures();
  }

  /** Resolves when nothing is read of it any more. */
  async forget(serverId: string): Promise<void> {
    const watch = this.#watches.get(serverId);
    this.#watches.delete(serverId);
    await watch?.close();
  }

  /** Asks for tasks and SSH now. Rejects with what Dokploy says. */
  async ask(workspace: ManagedWorkspace, signal?: AbortSignal): Promise<void> {
    if (workspace.definition.serviceId === null) return;
    const server = this.#ports.servers.get(workspace.definition.serverId);
    const { connections } = this.#ports;
    await askTasks(workspace, await server.api(), (one) => connections.answers(one, signal), signal);
  }

  /** Asks unless it is worked on; what the server has to say against it is in the server's own state. */
  askQuietly(workspace: ManagedWorkspace, signal?: AbortSignal): Promise<void> {
    const { id, isWorkedOn } = workspace;
    if (isWorkedOn) return Promise.resolve();
    const asking = this.#asking.get(id) ?? this.#askQuietly(workspace, signal).finally(() => this.#asking.delete(id));
    this.#asking.set(id, asking);
    return asking;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#watches.keys()].map((id) => this.forget(id)));
  }

  #watch(server: ServerLink): ServerWatch {
    const { clock, random } = this.#context;
    const known = this.#watches.get(server.id);
    if (known !== undefined) return known;
    const watch = new ServerWatch({
      clock,
      random,
      isWatched: () => this.#onScreen.hasServer(server.id),
      read: (signal) => this.#read(server, signal),
    });
    this.#watches.set(server.id, watch);
    return watch;
  }

  async #read(server: ServerLink, signal: AbortSignal): Promise<ServerProblem | undefined> {
    try {
      const projects = await server.read(signal);
      await this.#ports.workspaces.listed(server, projects, (workspace) => this.#trace(server, workspace, signal));
      await this.#askOnScreen(server, signal);
    } catch (error) {
      // What a server answers is part of its state; everything else is a fault of this program.
      if (!signal.aborted && !(error instanceof DevyardError)) this.#context.onProblem(error);
    }
    return server.connection.status === 'failing' ? server.connection.problem : undefined;
  }

  /** A listing leaves out what its key may not see, which is not gone. */
  async #trace(
    server: ServerLink,
    workspace: ManagedWorkspace,
    signal: AbortSignal,
  ): Promise<'absent' | 'hidden' | undefined> {
    try {
      await (await server.api()).service(workspace.ref(), { signal });
    } catch (error) {
      if (isDokployFailure(error, 'not-found')) return 'absent';
      if (isDokployFailure(error, 'forbidden')) return 'hidden';
    }
    return undefined;
  }

  #askOnScreen(server: ServerLink, signal?: AbortSignal): Promise<void> {
    const now = this.#context.clock.monotonic();
    const due = this.#ports.workspaces
      .ofServer(server.id)
      .filter((workspace) => this.#onScreen.hasWorkspace(workspace.id) && isDue(workspace, now));
    return askAll(due, (workspace) => this.askQuietly(workspace, signal));
  }

  async #askQuietly(workspace: ManagedWorkspace, signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.ask(workspace, signal);
    } catch (error) {
      if (!(error instanceof DevyardError)) this.#context.onProblem(error);
    }
  }
}
