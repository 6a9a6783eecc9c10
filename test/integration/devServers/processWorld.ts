import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { vi } from 'vitest';
import { probe as httpProbe } from '../../../src/daemon/loopbackHttp.ts';
import type { DevProcessState } from '../../../src/managers/devServers/model.ts';
import type { ProcessPlan } from '../../../src/managers/devServers/plan.ts';
import { PortLeases } from '../../../src/managers/devServers/process/leases.ts';
import type { ProcessContext } from '../../../src/managers/devServers/process/ports.ts';
import { SupervisedProcess } from '../../../src/managers/devServers/process/supervisedProcess.ts';
import { systemClock } from '../../../src/managers/shared/clock.ts';
import { openLogStore } from '../../../src/managers/shared/logs/logStore.ts';
import type { LogStore, ResourceLog } from '../../../src/managers/shared/logs/types.ts';
import { PortAllocator } from '../../../src/managers/shared/ports/allocator.ts';
import { LinuxPlatform } from '../../../src/managers/shared/processes/linux.ts';
import { Processes } from '../../../src/managers/shared/processes/processes.ts';
import { RunRecords } from '../../../src/managers/shared/processes/runRecords.ts';
import { endProcess } from '../../support/endProcess.ts';
import { type Temporary, temporaryFolder } from '../../support/temporary.ts';

export const script = join(import.meta.dirname, 'fixtures', 'devServer.mjs');
export const range = { start: 28_500, end: 28_507 };

export const plainPlan: Omit<ProcessPlan, 'cwd'> = {
  name: 'ui',
  dependsOn: [],
  command: ['node', script, '${port}'],
  env: {},
  port: { range, sticky: true, retry: 2 },
  ready: [{ type: 'http', target: '/' }],
  readyTimeoutMs: 20_000,
  restart: { policy: 'on-failure', backoffMs: [10, 40], max: 2 },
  stop: { signal: 'SIGTERM', graceMs: 5000 },
  tty: false,
  debug: null,
};

/** A project folder with what a daemon has around it; `close` leaves nothing behind, whatever the test did. */
export class ProcessWorld {
  readonly platform = new LinuxPlatform();
  readonly allocator = new PortAllocator(() => Promise.resolve(undefined));
  readonly problems: unknown[] = [];
  readonly records: RunRecords;
  readonly #folder: Temporary;
  readonly #processes: Processes[] = [];
  readonly #stores: LogStore[] = [];
  readonly #servers: Server[] = [];
  readonly #supervised: SupervisedProcess[] = [];

  private constructor(folder: Temporary) {
    this.#folder = folder;
    this.records = new RunRecords(join(folder.path, 'runs'));
  }

  static async open(): Promise<ProcessWorld> {
    const world = new ProcessWorld(await temporaryFolder());
    await world.role({});
    return world;
  }

  get path(): string {
    return this.#folder.path;
  }

  /** See fixtures/devServer.mjs. */
  role(role: object): Promise<void> {
    return writeFile(join(this.path, 'role.json'), JSON.stringify(role));
  }

  /** As a daemon that was just started would have it. */
  async supervise(
    plan: Partial<ProcessPlan> = {},
    parts: Partial<ProcessContext> = {},
  ): Promise<{ readonly ui: SupervisedProcess; readonly log: ResourceLog; readonly states: DevProcessState[] }> {
    const store = await openLogStore({
      dir: join(this.path, 'logs'),
      onProblem: (message) => this.problems.push(message),
    });
    this.#stores.push(store);
    const { platform } = this;
    const processes = new Processes({ platform, hostId: 'host', adoptedIntervalMs: 50 });
    this.#processes.push(processes);
    const log = await store.open('project');
    const ui = new SupervisedProcess({
      projectId: 'p1',
      plan: { ...plainPlan, cwd: this.path, ...plan },
      hostId: 'host',
      bootId: this.platform.bootId,
      clock: systemClock,
      random: () => 0.5,
      processes,
      runRecords: this.records,
      log,
      ports: new PortLeases(this.allocator, { pluginId: 'demo', process: 'ui' }),
      lastPort: null,
      portOf: () => null,
      environment: async () => ({ PATH: process.env['PATH'] ?? '' }),
      resolve: async ([, ...args]) => [process.execPath, ...args],
      terminalCommand: () => Promise.reject(new Error('no terminal here')),
      debugCommand: () => Promise.reject(new Error('no debugger here')),
      httpProbe,
      onProblem: (problem) => this.problems.push(problem),
      ...parts,
    });
    this.#supervised.push(ui);
    const states: DevProcessState[] = [];
    ui.onChange((state) => states.push(state));
    return { ui, log, states };
  }

  /** What a kill of the daemon leaves: the log is no longer followed, and nobody listens. */
  async forsake(ui: SupervisedProcess): Promise<void> {
    await ui.letGo();
    await this.#stores.pop()?.close();
    this.#processes.pop()?.dispose();
  }

  /** Every pid the dev server ever had, oldest first. */
  async pids(): Promise<readonly number[]> {
    const text = await readFile(join(this.path, 'pids'), 'utf8').catch(() => '');
    return text.split('\n').filter(Boolean).map(Number);
  }

  async lives(pid: number): Promise<boolean> {
    return (await this.platform.identify(pid)) !== undefined;
  }

  /** Listens on a port, and hangs up on everybody. */
  async occupy(port: number): Promise<Server> {
    const server = createServer((socket) => socket.destroy());
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    return server;
  }

  async close(): Promise<void> {
    for (const ui of this.#supervised) await ui.letGo();
    for (const pid of await this.pids()) {
      const args = await this.platform.commandLine(pid);
      if (args?.includes(script) !== true) continue;
      endProcess(pid);
      // It holds its port, which the next test wants, until it is really gone.
      const gone = async (): Promise<void> => {
        if (await this.lives(pid)) throw new Error(`process ${String(pid)} does not end`);
      };
      await vi.waitFor(gone, { timeout: 10_000, interval: 5 });
    }
    for (const { runId } of (await this.records.list()).records) {
      for (const { pid } of await this.platform.findByEnvironment('DEVYARD_RUN', runId)) endProcess(pid);
    }
    for (const processes of this.#processes) processes.dispose();
    for (const store of this.#stores) await store.close();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** The first state from now on, the present one included, that is as wished. */
export function until<S extends DevProcessState>(
  ui: SupervisedProcess,
  isWished: (state: DevProcessState) => state is S,
): Promise<S> {
  return new Promise((resolve) => {
    const look = (state: DevProcessState): void => {
      if (!isWished(state)) return;
      dispose();
      resolve(state);
    };
    const dispose = ui.onChange(look);
    look(ui.state);
  });
}

type Status = DevProcessState['status'];
export const is =
  <T extends Status>(status: T) =>
  (state: DevProcessState): state is Extract<DevProcessState, { status: T }> =>
    state.status === status;

/** An error that is final. */
export const isFinal = (state: DevProcessState): state is Extract<DevProcessState, { status: 'error' }> =>
  state.status === 'error' && state.retryAt === undefined;

/** All that the log says, as `from|text`. */
export async function told(log: ResourceLog): Promise<readonly string[]> {
  await log.poke();
  const entries = await log.tail(1000);
  return entries.flatMap((entry) => (entry.kind === 'line' ? [`${entry.from ?? ''}|${entry.text}`] : []));
}
