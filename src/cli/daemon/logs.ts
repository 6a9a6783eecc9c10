import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from '../command.ts';
import { print } from '../output.ts';

/** Prints the newest lines of the daemon's own log, from its file: most wanted when no daemon runs. */
export const daemonLogsCommand = command({
  words: ['logs'],
  summary: "the daemon's own log",
  options: ['lines'],
  async run({ options: { lines = 200 }, surroundings: { dataDir } }) {
    const path = join(dataDir, 'daemon.log');
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) {
      print(`There is no log yet: ${path}`);
      return 5;
    }
    return print(text.trimEnd().split('\n').slice(-lines).join('\n'));
  },
});
