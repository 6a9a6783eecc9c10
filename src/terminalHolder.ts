/**
 * Holds the terminal of one process, so that the process outlives the daemon as every other does:
 * `terminalHolder.js <socketPath> -- <program> [argument…]`. Its stdout is the log file of the run; it ends as the program does.
 */
import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { DevyardError, messageOf } from './managers/shared/errors.ts';
import { holdTerminal, holderArguments } from './managers/devServers/terminal/holder.ts';
import type { ProgramExit } from './managers/devServers/terminal/pseudoTerminal.ts';

const stdout = 1;
const stderr = 2;
/** What a shell gives for a program that it found and cannot run, and for wrong usage. */
const cannotRun = 126;
const wrongUsage = 2;

function complain(text: string): void {
  writeSync(stderr, `Devyard: ${text}\n`);
}

/** Ends this process as the program ended: whoever started it sees the same code or the same signal. */
function endAs({ exitCode, signal }: ProgramExit): void {
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0] as
    NodeJS.Signals | undefined;
  // Node.js starts its debugger on SIGUSR1.
  if (signal === 0 || name === undefined || name === 'SIGUSR1') process.exit(signal === 0 ? exitCode : 128 + signal);
  process.removeAllListeners(name);
  process.kill(process.pid, name);
  // Some signals are ignored by Node.js, and others may be by whoever started us.
  setTimeout(() => process.exit(128 + signal), 200);
}

async function main(args: readonly string[]): Promise<void> {
  const given = holderArguments(args);
  if (given === undefined) {
    complain('Usage: terminalHolder.js <socketPath> -- <program> [argument…]');
    process.exitCode = wrongUsage;
    return;
  }
  try {
    endAs(await holdTerminal(given, stdout));
  } catch (error) {
    const hint = error instanceof DevyardError && error.hint !== undefined ? ` ${error.hint}` : '';
    complain(`${messageOf(error)}${hint}`);
    process.exit(cannotRun);
  }
}

void main(process.argv.slice(2));
