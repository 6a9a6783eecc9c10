import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CodeServer } from '../../src/api/contract/codeServers.ts';
import { argumentsOf, pathsOf } from '../../src/managers/codeServers/launchPlan.ts';
import { firstAnswer } from './prober.mts';

export interface RawRun {
  readonly child: ChildProcess;
  /** From the spawn to the first 200, as a prober sees it. */
  readonly startMs: number;
}

/** What the daemon is compared with: the same program and arguments, spawned and asked directly, with nothing around it. */
export class RawServer {
  readonly #command: string;
  readonly #args: readonly string[];
  readonly #cwd: string;
  readonly #socket: string;

  private constructor(command: string, args: readonly string[], cwd: string, socket: string) {
    this.#command = command;
    this.#args = args;
    this.#cwd = cwd;
    this.#socket = socket;
  }

  /** With data of its own below `home`, in the same opened folder as `server`. */
  static async create(command: string, server: CodeServer, home: string): Promise<RawServer> {
    const paths = pathsOf({ id: 'raw' }, home, home);
    await mkdir(join(home, 'raw'), { recursive: true });
    return new RawServer(command, argumentsOf(server, paths), server.folder, paths.socket);
  }

  async start(): Promise<RawRun> {
    await rm(this.#socket, { force: true });
    const began = performance.now();
    const child = spawn(this.#command, this.#args, { cwd: this.#cwd, detached: true, stdio: 'ignore' });
    return { child, startMs: (await firstAnswer({ socketPath: this.#socket })) - began };
  }

  /** TERM to the group; resolves after the exit. */
  async stop({ child }: RawRun): Promise<void> {
    const exit = once(child, 'exit');
    process.kill(-(child.pid ?? Number.NaN), 'SIGTERM');
    await exit;
  }
}
