import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TerminalSize } from '../../api/client/terminalSocket.ts';
import { daemonCommand } from '../command.ts';
import { UsageError } from '../output.ts';
import { createEscape } from './escape.ts';
import { exitCodeOf } from './exec.ts';

export const sshCommand = daemonCommand({
  words: ['dokploy', 'ssh'],
  operands: ['ID|NAME'],
  summary: 'a shell in it, in this terminal',
  notes: ['The exit code is that of the shell. When nothing answers any more: Enter, then ~.'],
  async run(daemon, { operands: [id] }) {
    const { stdin, stdout } = process;
    if (!stdin.isTTY || !stdout.isTTY) {
      throw new UsageError('“dokploy ssh” needs a terminal. For scripts: devyard dokploy exec NAME COMMAND');
    }
    // Brings its WebSocket library with it.
    const { openWorkspaceTerminal } = await import('../../api/client/terminalSocket.ts');
    const leave = new AbortController();
    const terminal = await openWorkspaceTerminal(daemon.address, id, sizeOf(stdout), leave.signal);
    const resize = (): void => terminal.resize(sizeOf(stdout));
    const escape = createEscape();
    const typed = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        const { bytes, isLeaving } = escape(chunk);
        done(null, bytes);
        if (isLeaving) leave.abort();
      },
    });
    stdin.on('error', () => terminal.end());
    // The terminal itself has gone.
    stdin.on('end', () => terminal.end());
    stdout.on('resize', resize);
    stdin.setRawMode(true);
    try {
      stdin.pipe(typed).pipe(terminal.input);
      await pipeline(terminal.output, stdout, { end: false });
      return exitCodeOf(await terminal.exit);
    } catch (error) {
      if (leave.signal.aborted) return leftExitCode;
      throw error;
    } finally {
      stdin.setRawMode(false);
      stdout.off('resize', resize);
      stdin.destroy();
      if (leave.signal.aborted) process.stderr.write('Left; the shell is ended.\n');
    }
  },
});

/** As ssh(1) says that the connection is over and the command's end unknown. */
const leftExitCode = 255;

/** A terminal that was never told its size says 0. */
function sizeOf({ columns, rows }: { readonly columns: number; readonly rows: number }): TerminalSize {
  return { columns: within(columns, 80), rows: within(rows, 24) };
}

const within = (cells: number, otherwise: number): number => (cells > 0 ? Math.min(cells, 1000) : otherwise);
