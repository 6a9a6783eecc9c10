import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { DevyardError } from '../../shared/errors.ts';
import { runVariable } from '../../shared/processes/types.ts';
import type { Command } from '../plan.ts';
import { programEnvironment } from './command.ts';
import { listenHolder } from './holderSocket.ts';
import { LogFile } from './logFile.ts';
import { loadTerminals, type ForwardedSignal, type ProgramExit } from './pseudoTerminal.ts';
import { Scrollback } from './scrollback.ts';
import { Viewers } from './viewers.ts';

const forwarded: readonly ForwardedSignal[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'];

export interface HolderArguments {
  readonly socketPath: string;
  readonly command: Command;
}

/** `<socketPath> -- <program> [argument…]`; undefined for anything else. */
export function holderArguments(args: readonly string[]): HolderArguments | undefined {
  const [socketPath, dashes, program, ...rest] = args;
  if (socketPath === undefined || socketPath === '' || dashes !== '--' || program === undefined) return undefined;
  return { socketPath, command: [program, ...rest] };
}

/**
 * Runs a program in a terminal, writes all its output to the log and lets clients in, until the program has ended. A signal
 * that would end the holder is the program's to answer: it is handed on, or, in a run of the daemon (`DEVYARD_RUN`), came to
 * the program as well. One that cannot be caught closes the terminal, which hangs the program up.
 */
export async function holdTerminal({ socketPath, command }: HolderArguments, log: number): Promise<ProgramExit> {
  await requireProgram(command[0]);
  const startInTerminal = await loadTerminals();
  const scrollback = new Scrollback();
  const logFile = new LogFile(log);
  const viewers = new Viewers(scrollback, {
    write: (data) => terminal.write(data),
    resize: (size) => terminal.resize(size),
  });
  const server = await listenHolder(socketPath, (socket) => viewers.add(socket));
  const terminal = startInTerminal({
    command,
    cwd: process.cwd(),
    env: programEnvironment(process.env),
    onOutput(piece) {
      logFile.write(piece);
      scrollback.push(piece);
      viewers.output(piece);
    },
  });
  // The daemon signals every process of a run by itself, and many programs take a second TERM or INT for “at once”.
  const isRun = process.env[runVariable] !== undefined;
  for (const signal of forwarded) process.on(signal, () => (isRun ? undefined : terminal.kill(signal)));
  const exit = await terminal.exited;
  server.close();
  await viewers.end();
  return exit;
}

/** The system's own words for a program that cannot be started would come from within the terminal, as its output. */
async function requireProgram(program: string): Promise<void> {
  if (!isAbsolute(program)) return;
  try {
    await access(program, constants.X_OK);
  } catch (cause) {
    const message = `${program} could not be started: it is missing or not executable.`;
    throw new DevyardError('start-failed', message, { hint: 'Install it, or correct the command.', cause });
  }
}
