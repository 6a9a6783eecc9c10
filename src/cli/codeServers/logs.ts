import { pipeline } from 'node:stream/promises';
import type { LogEntryView } from '../../api/contract/logs.ts';
import { daemonCommand } from '../command.ts';
import { print, UsageError } from '../output.ts';
import { logText } from '../text.ts';
import { findServer } from './find.ts';

export const logsCommand = daemonCommand({
  words: ['code-server', 'logs'],
  operands: ['ID|NAME'],
  summary: 'its log',
  options: [['all', 'lines'], 'follow', 'json'],
  notes: ['--all prints text only, and ends with the newest line.'],
  async run(daemon, { operands: [idOrName], options }) {
    const { all, lines = 200, follow, json } = options;
    if (all && (follow || json)) throw new UsageError(`Choose one of --all, --${follow ? 'follow' : 'json'}.`);
    const { id } = await findServer(daemon, idOrName);
    if (all) {
      // Pulled: a reader that takes its time makes the daemon wait, and nothing piles up here.
      await pipeline(daemon.logText(id, new AbortController().signal), process.stdout, { end: false });
      return 0;
    }
    const { entries, lastSeq } = await daemon.call('codeServers.logs', { params: { id }, query: { lines } });
    const write = (entry: LogEntryView): void => void print(json ? JSON.stringify(entry) : logText(entry));
    entries.forEach(write);
    if (!follow) return 0;
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    for await (const batch of daemon.logs(id, lastSeq, stop.signal)) batch.forEach(write);
    return 0;
  },
});
