import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient, type DevyardClient } from '../../../src/api/client/client.ts';
import type { CodeServer } from '../../../src/api/contract/codeServers.ts';
import { parseDaemonFile } from '../../../src/api/contract/discovery.ts';
import type { DevyardEvent } from '../../../src/api/contract/events.ts';
import { takeLock } from '../../../src/managers/shared/lock.ts';
import { type Temporary, temporaryFolder } from '../../support/temporary.ts';
import { endProcess } from '../../support/endProcess.ts';

const bundle = resolve(process.env['DEVYARD_TEST_BUNDLE'] ?? 'dist', 'cli.js');
const fakeBin = resolve('test/support/bin');

interface Ready {
  readonly ready: boolean;
  readonly url: string | null;
  readonly socket: string;
  readonly pid: number;
  readonly error?: { readonly code: string; readonly message: string };
}

/** A data directory and the real daemon on it, which a test may kill and start as often as it likes. */
export class Yard implements AsyncDisposable {
  readonly #temporary: Temporary;
  readonly dataDir: string;
  readonly #clients: DevyardClient[] = [];
  readonly #streams = new AbortController();
  #finished = false;
  env: Record<string, string | undefined>;
  child: ChildProcess | undefined;
  ready: Ready | undefined;

  private constructor(temporary: Temporary) {
    this.#temporary = temporary;
    this.dataDir = join(temporary.path, 'data');
    this.env = {
      ...process.env,
      PATH: `${fakeBin}:${process.env['PATH'] ?? ''}`,
      DEVYARD_DATA_DIR: undefined,
      // Sockets lie in here and go with it.
      XDG_RUNTIME_DIR: join(temporary.path, 'run'),
    };
  }

  static async open(): Promise<Yard> {
    const yard = new Yard(await temporaryFolder('devyard-yard-'));
    // A range of its own, because what else runs on this machine uses the usual one.
    const start = 20_000 + 100 * randomInt(100);
    await mkdir(yard.dataDir);
    await mkdir(join(yard.path, 'run'), { mode: 0o700 });
    await writeFile(join(yard.dataDir, 'settings.json'), JSON.stringify({ portRange: { start, end: start + 99 } }));
    return yard;
  }

  get path(): string {
    return this.#temporary.path;
  }

  /** Starts the daemon and waits for its first line. */
  async start(...args: string[]): Promise<Ready> {
    const child = spawn(process.execPath, [bundle, 'serve', '--data-dir', this.dataDir, ...args], {
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const errors: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
    const lines = createInterface({ input: child.stdout });
    const exit = once(child, 'exit').then(() => undefined);
    const line = await Promise.race([once(lines, 'line').then(([text]) => String(text)), exit]);
    if (line === undefined) throw new Error(`the daemon ended without a word: ${errors.join('')}`);
    const ready = JSON.parse(line) as Ready;
    if (ready.ready) {
      this.child = child;
      this.ready = ready;
    } else {
      await exit;
    }
    return ready;
  }

  /** Ends the daemon as a power cut would. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  /** Ends the daemon in good order. */
  async end(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  }

  async client(): Promise<DevyardClient> {
    const file = parseDaemonFile(await readFile(join(this.dataDir, 'daemon.json'), 'utf8'));
    if (file === undefined) throw new Error('there is no discovery file');
    const client = createClient({ socket: file.socket, token: file.token });
    this.#clients.push(client);
    return client;
  }

  /** What lets in over TCP. */
  async token(): Promise<string> {
    return (await readFile(join(this.dataDir, 'token'), 'utf8')).trim();
  }

  /** A folder whose fake code-server does what the script says. */
  async folder(name: string, script: Record<string, unknown> = {}): Promise<string> {
    const path = join(this.#temporary.path, name);
    await mkdir(path, { recursive: true });
    await this.script(path, script);
    return path;
  }

  async script(folder: string, script: Record<string, unknown>): Promise<void> {
    await writeFile(join(folder, '.fake-code-server.json'), JSON.stringify(script));
  }

  async create(client: DevyardClient, name: string, script: Record<string, unknown> = {}): Promise<CodeServer> {
    return client.call('codeServers.create', { body: { name, folder: await this.folder(name, script) } });
  }

  /** Waits until a server is in a state that the test asks for; by events, not by time. */
  async until(client: DevyardClient, id: string, wanted: (server: CodeServer) => boolean): Promise<CodeServer> {
    const stop = new AbortController();
    for await (const { event } of client.events(undefined, AbortSignal.any([stop.signal, this.#streams.signal]))) {
      const server =
        event.type === 'hello' ? await client.call('codeServers.get', { params: { id } }) : changed(event, id);
      if (server === undefined || !wanted(server)) continue;
      stop.abort();
      return server;
    }
    throw new Error('the event stream ended');
  }

  /** Waits until no daemon holds the lock any more, whoever started it. */
  async daemonGone(): Promise<void> {
    for (;;) {
      try {
        takeLock(join(this.dataDir, 'daemon.lock')).release();
        return;
      } catch {
        await delay(20);
      }
    }
  }

  /** Pids of processes that carry this yard's path in their command line: servers, and their children by parent. */
  async processes(): Promise<readonly number[]> {
    const rows = await Promise.all(
      (await readdir('/proc'))
        .filter((name) => /^\d+$/.test(name))
        .map(async (name) => ({
          pid: Number(name),
          command: await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => ''),
          environment: await readFile(`/proc/${name}/environ`, 'utf8').catch(() => ''),
        })),
    );
    const own = rows.filter(
      ({ command, environment }) => command.includes(this.path) || environment.includes(this.path),
    );
    return own.map(({ pid }) => pid).filter((pid) => pid !== this.child?.pid && pid !== process.pid);
  }

  /** Ends everything that runs, and the daemon. */
  async finish(): Promise<void> {
    this.#streams.abort();
    if (this.child === undefined || this.child.exitCode !== null || this.child.signalCode !== null) await this.start();
    const { child } = this;
    const exit = child === undefined ? undefined : once(child, 'exit');
    await (await this.client()).call('daemon.stop', { body: { endRunning: true } });
    await exit;
    this.#finished = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (!this.#finished) await this.finish();
    } finally {
      this.#clients.forEach((client) => client.close());
      await this.kill();
      for (const pid of await this.processes()) endProcess(pid);
      await this.#temporary[Symbol.asyncDispose]();
    }
  }
}

function changed(event: DevyardEvent, id: string): CodeServer | undefined {
  const isChange = event.type === 'codeServer.changed' || event.type === 'codeServer.created';
  return isChange && event.codeServer.id === id ? event.codeServer : undefined;
}
