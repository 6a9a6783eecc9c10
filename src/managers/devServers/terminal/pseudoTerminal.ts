import type { IPty, spawn as spawnPty } from '@lydell/node-pty';
import type { Command } from '../plan.ts';
import { noTerminals } from './command.ts';
import type { TerminalSize } from './protocol.ts';

export type ForwardedSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGQUIT';

export interface ProgramExit {
  readonly exitCode: number;
  /** The number of the signal that ended it; 0: none did. */
  readonly signal: number;
}

export interface PseudoTerminal {
  readonly exited: Promise<ProgramExit>;
  write(data: Buffer): void;
  resize(size: TerminalSize): void;
  kill(signal: ForwardedSignal): void;
}

export interface TerminalOptions {
  readonly command: Command;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly onOutput: (piece: Buffer) => void;
}

type Spawn = typeof spawnPty;

/** What a log reads best with, until somebody looks at it. */
const firstSize: TerminalSize = { columns: 120, rows: 30 };

/**
 * Loads the native part and returns how to start a program in a terminal of its own, as the leader of its session. That it
 * starts within the call is what lets nobody connect to a terminal without a program. Rejects `unavailable`.
 */
export async function loadTerminals(): Promise<(options: TerminalOptions) => PseudoTerminal> {
  const { spawn } = await import('@lydell/node-pty').catch((error: unknown) => {
    throw noTerminals(process.platform, process.arch, error);
  });
  return (options) => startIn(spawn, options);
}

function startIn(spawn: Spawn, { command, cwd, env, onOutput }: TerminalOptions): PseudoTerminal {
  const [program, ...args] = command;
  const pty = spawn(program, args, {
    cwd,
    env: { ...env },
    name: env['TERM'] ?? 'xterm-256color',
    cols: firstSize.columns,
    rows: firstSize.rows,
    // Bytes as they are: characters may lie across two pieces. Windows knows texts only and warns of the option.
    ...(process.platform === 'win32' ? {} : { encoding: null }),
  });
  pty.onData((piece: string | Buffer) => onOutput(typeof piece === 'string' ? Buffer.from(piece) : piece));
  const exited = new Promise<ProgramExit>((resolve) => {
    pty.onExit(({ exitCode, signal = 0 }) => resolve({ exitCode, signal }));
  });
  let alive = true;
  void exited.then(() => {
    alive = false;
  });
  const whileAlive = (act: () => void): void => {
    if (!alive) return;
    try {
      act();
    } catch {
      // It is ending this very moment.
    }
  };
  return {
    exited,
    write: (data) => whileAlive(() => pty.write(inputFor(data))),
    resize: ({ columns, rows }) => whileAlive(() => pty.resize(columns, rows)),
    kill: (signal) => whileAlive(() => end(pty, signal)),
  };
}

/** Windows has no signals; node-pty closes the console there. */
function end(pty: IPty, signal: ForwardedSignal): void {
  if (process.platform === 'win32') pty.kill();
  else pty.kill(signal);
}

/** node-pty hands bytes on as they are, which its types do not say; on Windows it knows texts only. */
function inputFor(data: Buffer): string {
  return process.platform === 'win32' ? data.toString() : (data as unknown as string);
}
