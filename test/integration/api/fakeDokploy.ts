import { spawn } from 'node:child_process';
import { PassThrough } from 'node:stream';
import type {
  DokployServer,
  ForwardView,
  SshConfigView,
  TestedServer,
  Workspace,
} from '../../../src/managers/dokploy/model.ts';
import type { Dokploy } from '../../../src/managers/dokploy/ports.ts';
import type { ExitStatus, RemoteCommand, RemoteShell } from '../../../src/managers/dokploy/ssh/types.ts';
import { DevyardError } from '../../../src/managers/shared/errors.ts';
import type { Job } from '../../../src/managers/shared/jobs/types.ts';
import { type FakeJobs, job } from './fakeJobs.ts';

export const serverId = '0198c0de-0000-7000-8000-00000000000a';
export const workspaceId = '0198c0de-0000-7000-8000-00000000000b';

export function dokployServer(changes: Partial<DokployServer> = {}): DokployServer {
  return {
    id: serverId,
    name: 'prod',
    url: 'https://dokploy.test',
    certificate: null,
    connection: { status: 'connected', version: 'v0.30.0' },
    checkedAt: 1,
    projects: [],
    createdAt: 1,
    hostId: 'host-1',
    ...changes,
  };
}

export function workspace(changes: Partial<Workspace> = {}): Workspace {
  return {
    id: workspaceId,
    serverId,
    name: 'api',
    managed: 'created',
    kind: 'application',
    serviceId: 'app-1',
    appName: 'devyard-api-x1y2z3',
    project: { id: 'p', name: 'devyard' },
    environment: { id: 'e', name: 'production' },
    target: null,
    state: { status: 'running', node: 'node-1' },
    endpoint: { host: 'dokploy.test', port: 2222, user: 'dev' },
    hostKey: null,
    publicKey: null,
    sshAlias: 'devyard-api',
    image: 'debian',
    registry: null,
    cpus: null,
    memoryMb: null,
    envNames: [],
    volumes: [],
    ports: [],
    idleStopMinutes: null,
    forwardAgent: false,
    repository: null,
    domains: [],
    forwards: [],
    dashboardUrl: null,
    createdAt: 1,
    hostId: 'host-1',
    ...changes,
  };
}

/** A shell as a test plays it. */
export class FakeShell implements RemoteShell {
  readonly input = new PassThrough({ highWaterMark: 1024 });
  readonly output = new PassThrough({ highWaterMark: 1024 });
  readonly sizes: (readonly [columns: number, rows: number])[] = [];
  ended = false;
  readonly #exit = Promise.withResolvers<ExitStatus>();
  readonly exit = this.#exit.promise;
  constructor() {
    this.exit.catch(() => undefined);
  }
  resize(columns: number, rows: number): void {
    this.sizes.push([columns, rows]);
  }
  end(): void {
    this.ended = true;
    this.finish({ code: null, signal: 'HUP' });
  }
  finish(exit: ExitStatus | Error): void {
    if (exit instanceof Error) {
      this.#exit.reject(exit);
      this.output.destroy();
    } else {
      this.#exit.resolve(exit);
      this.output.end();
    }
  }
}

/** A command of this machine, which ends as one over SSH does: an abort destroys its output, and `told` rejects. */
function realCommand(command: string, signal: AbortSignal | undefined) {
  const child = spawn('sh', ['-c', command], { detached: true });
  const { stdin, stdout, stderr } = child;
  let isEnded = false;
  const end = (): void => {
    isEnded = true;
    // Its group: what the shell started, too.
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid);
  };
  const abort = (): void => {
    stdout.destroy();
    stderr.destroy();
    end();
  };
  if (signal?.aborted === true) abort();
  else signal?.addEventListener('abort', abort, { once: true });
  const exit = new Promise<ExitStatus>((resolve) => {
    child.on('close', (code, by) => resolve({ code, signal: by?.replace('SIG', '') ?? null }));
  });
  const told = exit.then((status) => {
    if (signal?.aborted === true) throw new DevyardError('cancelled', 'The command was cancelled.');
    return status;
  });
  told.catch(() => undefined);
  return { stdin, stdout, stderr, exit, told, end, isEnded: () => isEnded };
}

/** One server with one workspace. Commands are run for real, by a shell of this machine. `fail` makes everything reject. */
export class FakeDokploy implements Dokploy {
  readonly calls: unknown[][] = [];
  readonly commands: Pick<ReturnType<typeof realCommand>, 'exit' | 'isEnded'>[] = [];
  readonly shells: FakeShell[] = [];
  one = dokployServer();
  all: readonly Workspace[] = [workspace()];
  fail: Error | undefined;
  /** Replaces what a log says. */
  logs: ((signal: AbortSignal) => AsyncIterable<string>) | undefined;
  readonly #jobs: FakeJobs;

  constructor(jobs: FakeJobs) {
    this.#jobs = jobs;
  }

  #enter(...call: unknown[]): void {
    this.calls.push(call);
    if (this.fail !== undefined) throw this.fail;
  }
  #job(...[kind, id, ...more]: [kind: string, id: string, ...more: unknown[]]): Job {
    this.#enter(kind, id, ...more);
    return this.#jobs.add(job({ kind: `dokploy.${kind}`, resourceId: this.workspace(id).id, title: kind }));
  }
  #tested(): TestedServer {
    return { ok: this.one.connection.status === 'connected', server: this.one, notes: [] };
  }

  servers(): readonly DokployServer[] {
    this.#enter('servers');
    return [this.one];
  }
  server(id: string): DokployServer {
    this.#enter('server', id);
    if (id !== this.one.id) throw new DevyardError('not-found', 'No such server.', { field: 'id' });
    return this.one;
  }
  async addServer(...call: unknown[]): Promise<TestedServer> {
    this.#enter('addServer', ...call);
    return this.#tested();
  }
  async patchServer(...call: unknown[]): Promise<TestedServer> {
    this.#enter('patchServer', ...call);
    return this.#tested();
  }
  async removeServer(id: string): Promise<DokployServer> {
    this.#enter('removeServer', id);
    return this.one;
  }
  async testServer(id: string): Promise<TestedServer> {
    this.#enter('testServer', id);
    return this.#tested();
  }
  async targets(id: string): ReturnType<Dokploy['targets']> {
    this.#enter('targets', id);
    return { projects: [], targets: [{ id: null, name: 'Dokploy', address: 'dokploy.test' }] };
  }
  workspaces(): readonly Workspace[] {
    this.#enter('workspaces');
    return this.all;
  }
  async refresh(): Promise<readonly Workspace[]> {
    this.#enter('refresh');
    return this.all;
  }
  workspace(id: string): Workspace {
    const found = this.all.find((one) => one.id === id || one.name === id);
    if (found === undefined) throw new DevyardError('not-found', `There is no workspace ${id}.`, { field: 'id' });
    return found;
  }
  async refreshWorkspace(id: string): Promise<Workspace> {
    this.#enter('refreshWorkspace', id);
    return this.workspace(id);
  }
  async create(...call: unknown[]): Promise<Workspace> {
    this.#enter('create', ...call);
    return this.workspace(workspaceId);
  }
  async change(id: string, changes: unknown): Promise<Job> {
    return this.#job('change', id, changes);
  }
  async remove(id: string, options: unknown): Promise<Job> {
    return this.#job('remove', id, options);
  }
  async start(id: string): Promise<Job> {
    return this.#job('start', id);
  }
  async stop(id: string): Promise<Job> {
    return this.#job('stop', id);
  }
  async restart(id: string): Promise<Job> {
    return this.#job('restart', id);
  }
  async redeploy(id: string): Promise<Job> {
    return this.#job('redeploy', id);
  }
  async adopt(id: string, adoption: unknown): Promise<Workspace> {
    this.#enter('adopt', id, adoption);
    return this.workspace(id);
  }
  async forgetHostKey(id: string): Promise<Workspace> {
    this.#enter('forgetHostKey', id);
    return this.workspace(id);
  }
  // Throws what is wrong with the id at once, as the real one does.
  exec(id: string, command: string, signal?: AbortSignal): Promise<RemoteCommand> {
    this.#enter('exec', id, command);
    this.workspace(id);
    const { stdin, stdout, stderr, ...child } = realCommand(command, signal);
    this.commands.push(child);
    return Promise.resolve({ stdin, stdout, stderr, exit: child.told, end: child.end });
  }
  async shell(id: string, size: unknown): Promise<RemoteShell> {
    this.#enter('shell', id, size);
    this.workspace(id);
    const shell = new FakeShell();
    this.shells.push(shell);
    return shell;
  }
  async forward(id: string, wish: Parameters<Dokploy['forward']>[1]): Promise<ForwardView> {
    this.#enter('forward', id, wish);
    const { remoteHost, remotePort, localPort = 40_000 } = wish;
    return { id: 'f', localPort, remoteHost, remotePort, state: 'open', url: `http://127.0.0.1:${localPort}` };
  }
  async removeForward(id: string, remotePort: number): Promise<Workspace> {
    this.#enter('removeForward', id, remotePort);
    return this.workspace(id);
  }
  async log(...call: Parameters<Dokploy['log']>): Promise<string> {
    this.#enter('log', ...call.slice(0, 3));
    return 'line 1\nline 2\n';
  }
  async *followLog(...[id, source, tail, signal]: Parameters<Dokploy['followLog']>): AsyncGenerator<string> {
    this.#enter('followLog', id, source, tail);
    this.workspace(id);
    if (this.logs !== undefined) yield* this.logs(signal);
  }
  look(...call: unknown[]): void {
    this.#enter('look', ...call);
  }
  async sshConfig(): Promise<SshConfigView> {
    this.#enter('sshConfig');
    return { text: 'Host devyard-api\n', file: '/d/ssh/config', included: false };
  }
  async includeSshConfig(): Promise<SshConfigView> {
    this.#enter('includeSshConfig');
    return { text: 'Host devyard-api\n', file: '/d/ssh/config', included: true };
  }
}
