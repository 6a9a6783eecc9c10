import { constants } from 'node:os';
import { pipeline } from 'node:stream/promises';
import { ApiError } from '../../api/client/transport.ts';
import type { ExitStatus } from '../../api/contract/execFrames.ts';
import { daemonCommand } from '../command.ts';
import { Interrupt, interruptedExitCode } from '../jobs/interrupt.ts';
import { UsageError } from '../output.ts';
import { commandLine } from './quote.ts';

export const execCommand = daemonCommand({
  words: ['dokploy', 'exec'],
  operands: ['ID|NAME', '[COMMAND…]'],
  summary: 'run a command in it, with the input, output and exit code that it has',
  notes: [
    'One word is a command line for the shell there; of several each arrives as it is.',
    'Put -- before a command with options: devyard dokploy exec NAME -- ls -l',
    'Its exit code is kept; 128 and the number of the signal that ended it.',
  ],
  async run(daemon, { operands: [id, words] }) {
    if (words.length === 0) throw new UsageError('COMMAND is missing. For a shell: devyard dokploy ssh');
    using interrupt = new Interrupt();
    try {
      const { stdin, stdout, stderr, exit } = await daemon.exec(id, commandLine(words), interrupt);
      // A terminal that was closed has nothing more to say.
      process.stdin.on('error', () => stdin.end());
      process.stdin.pipe(stdin);
      await Promise.all([
        pipeline(stdout, process.stdout, { end: false }),
        // Whoever does not want to read errors gets the output all the same.
        pipeline(stderr, process.stderr, { end: false }).catch(() => undefined),
      ]);
      return exitCodeOf(await exit);
    } catch (error) {
      if (interrupt.signal.aborted) return interruptedExitCode;
      throw error;
    } finally {
      process.stdin.destroy();
    }
  },
});

/** As shells say it. Throws ApiError when nobody knows how it ended. */
export function exitCodeOf({ code, signal }: ExitStatus): number {
  if (code !== null) return code;
  const number = (constants.signals as Readonly<Record<string, number | undefined>>)[`SIG${signal ?? ''}`];
  if (number !== undefined) return 128 + number;
  throw new ApiError({
    code: 'unavailable',
    status: 502,
    message: signal === null ? 'The connection to the workspace broke.' : `It was ended by the signal ${signal}.`,
  });
}
