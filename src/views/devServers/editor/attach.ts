import type { DevProcess, DevServer } from '../../../api/contract/devServers.ts';

/** What a debug session is for: kept in its configuration, so that it is known again when the editor announces it. */
export interface DebugMark {
  readonly project: string;
  readonly process: string;
  readonly runId: string;
}

/** A debug configuration as the editor takes it. */
export interface AttachConfiguration {
  readonly type: 'node' | 'go';
  readonly request: 'attach';
  readonly name: string;
  readonly port: number;
  readonly devyard: DebugMark;
  readonly [option: string]: unknown;
}

/** A process that can be attached to now. */
export interface Attachable {
  readonly key: string;
  readonly runId: string;
  readonly configuration: AttachConfiguration;
}

const host = '127.0.0.1';

/** The processes of a project whose debugger listens, with how the editor attaches. */
export function attachables(devServer: DevServer): readonly Attachable[] {
  return devServer.processes.flatMap((process) => {
    const configuration = configurationOf(devServer, process);
    return configuration === undefined
      ? []
      : [{ key: `${devServer.id}/${process.name}`, runId: configuration.devyard.runId, configuration }];
  });
}

/**
 * Options of js-debug's attach (https://github.com/microsoft/vscode-js-debug/blob/main/OPTIONS.md) and of the Go extension's
 * remote attach (https://github.com/golang/vscode-go/wiki/debugging).
 */
function configurationOf(
  { id, pluginID, devPath }: DevServer,
  { name, state, debug }: DevProcess,
): AttachConfiguration | undefined {
  if (debug === null || (state.status !== 'running' && state.status !== 'ready')) return undefined;
  const { runId, debugPort } = state.run;
  if (debugPort === null) return undefined;
  const common = {
    type: debug,
    request: 'attach',
    name: `${pluginID}: ${name}`,
    port: debugPort,
    devyard: { project: id, process: name, runId },
  } as const;
  if (debug === 'go') return { ...common, mode: 'remote', host };
  return {
    ...common,
    address: host,
    // A program that watches itself starts its worker anew on the same port: that is attached to again.
    restart: true,
    continueOnAttach: true,
    cwd: devPath,
    // Where source maps are looked for: the project need not be in the folder that is open.
    outFiles: [`${devPath.replaceAll('\\', '/')}/**/*.(m|c|)js`, '!**/node_modules/**'],
    skipFiles: ['<node_internals>/**'],
  };
}

/** What attaching means to the editor. */
export interface DebugPorts<Session> {
  /** Undefined when it did not come about; the editor has said why. */
  attach(configuration: AttachConfiguration): Promise<Session | undefined>;
  detach(session: Session): PromiseLike<unknown>;
}

interface Attached<Session> {
  readonly runId: string;
  /** Undefined while it is being attached, and after the person has ended the session: then it is left alone. */
  session: Session | undefined;
}

/**
 * Keeps the editor's debugger attached to the processes of projects that are debugged: to each run once, so that a restart by
 * Devyard is followed, and until the run is over.
 */
export class DebugFollower<Session> {
  readonly #ports: DebugPorts<Session>;
  readonly #followed = new Set<string>();
  readonly #attached = new Map<string, Attached<Session>>();

  constructor(ports: DebugPorts<Session>) {
    this.#ports = ports;
  }

  follow(id: string): void {
    this.#followed.add(id);
  }

  unfollow(id: string): void {
    this.#followed.delete(id);
    for (const key of this.#attached.keys()) if (key.startsWith(`${id}/`)) void this.#end(key);
  }

  get isIdle(): boolean {
    return this.#followed.size === 0;
  }

  /** To be called with what a project says now; undefined when it is gone. */
  async update(id: string, devServer: DevServer | undefined): Promise<void> {
    if (!this.#followed.has(id)) return;
    if (devServer === undefined) return this.unfollow(id);
    const now = attachables(devServer);
    const runs = new Map(now.map(({ key, runId }) => [key, runId]));
    for (const [key, { runId }] of this.#attached) {
      if (key.startsWith(`${id}/`) && runs.get(key) !== runId) await this.#end(key);
    }
    await Promise.all(now.map((attachable) => this.#attach(attachable)));
  }

  /** To be called when a session is over, whoever ended it. The process goes on without a debugger. */
  ended({ project, process, runId }: DebugMark): void {
    const attached = this.#attached.get(`${project}/${process}`);
    if (attached?.runId === runId) attached.session = undefined;
  }

  async #attach({ key, runId, configuration }: Attachable): Promise<void> {
    if (this.#attached.get(key)?.runId === runId) return;
    const attached: Attached<Session> = { runId, session: undefined };
    this.#attached.set(key, attached);
    const session = await this.#ports.attach(configuration);
    // Its run may have ended meanwhile.
    if (this.#attached.get(key) === attached) attached.session = session;
    else if (session !== undefined) await this.#ports.detach(session);
  }

  async #end(key: string): Promise<void> {
    const session = this.#attached.get(key)?.session;
    this.#attached.delete(key);
    if (session !== undefined) await this.#ports.detach(session);
  }
}
