import { pipeline } from 'node:stream/promises';
import { daemonCommand } from '../command.ts';
import { printJson } from '../output.ts';

export const workspaceLogsCommand = daemonCommand({
  words: ['dokploy', 'logs'],
  operands: ['ID|NAME'],
  summary: 'the log of its container, or of its newest deployment',
  options: [['container', 'deploy'], 'lines', ['follow', 'json']],
  async run(daemon, { operands: [id], options: { deploy, lines: tail = 200, follow, json } }) {
    const source = deploy ? 'deploy' : 'container';
    if (!follow) {
      const log = await daemon.call('dokploy.logs', { params: { id }, query: { source, tail } });
      if (json) return printJson(log);
      process.stdout.write(log.text === '' || log.text.endsWith('\n') ? log.text : `${log.text}\n`);
      return 0;
    }
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    // Pulled: a reader that takes its time makes the daemon wait, and nothing piles up here.
    await pipeline(daemon.workspaceLog(id, source, tail, stop.signal), process.stdout, { end: false });
    return 0;
  },
});
