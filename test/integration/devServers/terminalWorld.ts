import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { vi } from 'vitest';
import { copyNative, terminalBundles } from '../../../esbuild.mjs';
import type { Command } from '../../../src/managers/devServers/plan.ts';
import { terminalCommand, terminalEnvironment } from '../../../src/managers/devServers/terminal/command.ts';
import { openTerminal, type TerminalConnection } from '../../../src/managers/devServers/terminal/openTerminal.ts';

/** Builds the holder as it is published into a folder. */
export async function buildHolder(folder: string, { native = true } = {}): Promise<string> {
  for (const options of await terminalBundles(folder, { production: true })) await build(options);
  if (native) await copyNative(folder);
  return join(folder, 'terminalHolder.js');
}

export interface Held {
  readonly child: ChildProcess;
  readonly socketPath: string;
  readonly log: string;
  readonly exit: Promise<readonly [code: number | null, signal: NodeJS.Signals | null]>;
  readonly stderr: () => string;
}

export interface HoldOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** In place of a file of its own. */
  readonly log?: string;
  readonly socketPath?: string;
}

/** Terminals of one test, all of them ended by `close`. */
export class TerminalWorld {
  readonly #folder: string;
  readonly #holder: string;
  readonly #held: Held[] = [];
  readonly #connections: TerminalConnection[] = [];

  constructor(folder: string, holder: string) {
    this.#folder = folder;
    this.#holder = holder;
  }

  /** Starts a program in a terminal; resolves when it can be connected to, or has ended. */
  async hold(command: Command, options: HoldOptions = {}): Promise<Held> {
    const sockets = join(this.#folder, 's');
    await mkdir(sockets, { recursive: true, mode: 0o700 });
    await chmod(sockets, 0o700);
    const socketPath = options.socketPath ?? join(sockets, String(this.#held.length));
    const log = options.log ?? join(this.#folder, `log${String(this.#held.length)}`);
    const [program, ...args] = terminalCommand(command, {
      holder: this.#holder,
      socketPath,
      execPath: process.execPath,
    });
    const file = await open(log, 'a', 0o600);
    const env = terminalEnvironment({ PATH: process.env['PATH'] ?? '', ...options.env });
    const child = spawn(program, args, { cwd: this.#folder, env, stdio: ['ignore', file.fd, 'pipe'], detached: true });
    await file.close();
    let stderr = '';
    child.stderr?.on('data', (text: Buffer) => (stderr += text.toString()));
    const exit = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    const held = { child, socketPath, log, exit, stderr: () => stderr };
    this.#held.push(held);
    await vi.waitFor(
      async () => {
        if (child.exitCode === null && child.signalCode === null) await stat(socketPath);
      },
      { timeout: 20_000, interval: 10 },
    );
    return held;
  }

  async connect({ socketPath }: Held): Promise<Screen> {
    const connection = await openTerminal(socketPath);
    this.#connections.push(connection);
    return new Screen(connection);
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.close();
    for (const { child, exit } of this.#held) {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exit;
    }
  }
}

/** What a client sees. */
export class Screen {
  readonly connection: TerminalConnection;
  readonly #reader: AsyncIterator<Buffer>;
  #text = '';

  constructor(connection: TerminalConnection) {
    this.connection = connection;
    this.#reader = connection.output[Symbol.asyncIterator]();
  }

  get text(): string {
    return this.#text;
  }

  /** Reads until the output holds `part`; fails when it ends before. */
  async until(part: string): Promise<void> {
    while (!this.#text.includes(part)) {
      const { done, value } = await this.#reader.next();
      if (done === true) throw new Error(`the output ended without ${part}: ${this.#text.slice(-500)}`);
      this.#text += value.toString();
    }
  }

  async untilEnd(): Promise<string> {
    for (let next = await this.#reader.next(); next.done !== true; next = await this.#reader.next()) {
      this.#text += next.value.toString();
    }
    return this.#text;
  }
}

export async function untilFile(path: string, part: string): Promise<string> {
  return vi.waitFor(
    async () => {
      const text = await readFile(path, 'utf8');
      if (!text.includes(part)) throw new Error(`${path} has no ${part}: ${text.slice(-500)}`);
      return text;
    },
    { timeout: 20_000, interval: 20 },
  );
}
