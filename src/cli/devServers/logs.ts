import type { LogEntryView } from '../../api/contract/logs.ts';
import { daemonCommand } from '../command.ts';
import { print } from '../output.ts';
import { logText } from '../text.ts';
import { findProject } from './find.ts';
import { logEntryText } from './text.ts';

export const projectLogsCommand = daemonCommand({
  words: ['dev-server', 'logs'],
  operands: ['ID|NAME'],
  summary: 'its log, or the part of it that is asked for',
  options: ['lines', 'source', 'search', 'follow', 'json'],
  async run(daemon, { operands: [idOrName], options }) {
    const { lines: count = 200, source, search, follow, json } = options;
    const { id } = await findProject(daemon, idOrName);
    const query = { count, source, search };
    const { entries, lastSeq } = await daemon.call('devServers.logs', { params: { id }, query });
    for (const entry of entries) print(json ? JSON.stringify(entry) : logEntryText(entry));
    if (!follow) return 0;
    const fits = (entry: LogEntryView): boolean =>
      entry.kind === 'gap' ||
      ((source === undefined || (entry.from ?? 'manager') === source) &&
        (search === undefined || entry.text.toLowerCase().includes(search.toLowerCase())));
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    for await (const batch of daemon.devServerLogs(id, lastSeq, stop.signal)) {
      for (const entry of batch.filter(fits)) print(json ? JSON.stringify(entry) : logText(entry));
    }
    return 0;
  },
});
