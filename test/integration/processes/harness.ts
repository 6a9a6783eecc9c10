import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { LinuxPlatform } from '../../../src/managers/shared/processes/linux.ts';
import { Processes } from '../../../src/managers/shared/processes/processes.ts';
import type { RunningProcess, RunRecord, RunSpec } from '../../../src/managers/shared/processes/types.ts';
import { endProcess } from '../../support/endProcess.ts';

export const actor = join(import.meta.dirname, 'fixtures', 'actor.mjs');
export const spawner = join(import.meta.dirname, 'fixtures', 'spawner.ts');
export const hostId = 'test-host';

/** See fixtures/actor.mjs. */
export interface Role {
  readonly name: string;
  readonly ignoreTerm?: boolean;
  readonly busy?: boolean;
  readonly leave?: boolean;
  readonly own?: boolean;
  readonly bare?: boolean;
  readonly children?: readonly Role[];
}

/** A folder, a Processes and the runs started with it; `close` leaves nothing behind, whatever the test did. */
export class Harness {
  readonly platform = new LinuxPlatform();
  readonly warnings: string[] = [];
  readonly processes = new Processes({
    platform: this.platform,
    hostId,
    adoptedIntervalMs: 50,
    warn: (message) => this.warnings.push(message),
  });
  readonly dir: string;
  readonly #runIds = new Set<string>();
  readonly #pids = new Set<number>();

  constructor(dir: string) {
    this.dir = dir;
  }

  static async open(): Promise<Harness> {
    return new Harness(await mkdtemp(join(tmpdir(), 'devyard-processes-')));
  }

  spec(command: string, args: readonly string[], extra: Partial<RunSpec> = {}): RunSpec {
    const runId = randomUUID();
    this.#runIds.add(runId);
    return {
      runId,
      command,
      args,
      cwd: this.dir,
      env: { PATH: process.env['PATH'] ?? '' },
      stdoutFile: join(this.dir, `${runId}.out`),
      stderrFile: join(this.dir, `${runId}.err`),
      ...extra,
    };
  }

  actorSpec(role: Role): RunSpec {
    return this.spec(process.execPath, [actor, JSON.stringify({ dir: this.dir, ...role })]);
  }

  spawn(spec: RunSpec): Promise<RunningProcess> {
    return this.processes.spawn(spec);
  }

  /** Starts the actor and waits until it and all of its children are ready. */
  async act(role: Role): Promise<RunningProcess> {
    const run = await this.spawn(this.actorSpec(role));
    await this.pidOf(role.name);
    return run;
  }

  /** The pid of an actor, once it is ready. */
  async pidOf(name: string): Promise<number> {
    const file = join(this.dir, name);
    await vi.waitFor(() => readFileSync(file), { timeout: 20_000, interval: 10 });
    const pid = Number(readFileSync(file, 'utf8'));
    this.#pids.add(pid);
    return pid;
  }

  record(run: { runId: string; identity: { pid: number; startTime: string } }, spec: RunSpec): RunRecord {
    const { pid, startTime } = run.identity;
    return { ...this.intent(spec), pid, startTime };
  }

  intent(spec: RunSpec): RunRecord {
    return {
      runId: spec.runId,
      resource: 'codeServer:test',
      hostId,
      bootId: this.platform.bootId,
      command: [spec.command, ...spec.args],
      intendedAt: Date.now(),
    };
  }

  async lives(pid: number): Promise<boolean> {
    return (await this.platform.identify(pid)) !== undefined;
  }

  async close(): Promise<void> {
    for (const runId of this.#runIds) {
      for (const { pid } of await this.platform.findByEnvironment('DEVYARD_RUN', runId)) endProcess(pid);
    }
    for (const pid of this.#pids) {
      // Only what is still one of our actors: the pid may be a stranger's by now.
      const args = await this.platform.commandLine(pid);
      if (args?.includes(actor) === true) endProcess(pid);
    }
    this.processes.dispose();
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }
}
