import { connect } from '../../api/client/launch.ts';
import { command } from '../command.ts';
import { projectLines } from '../devServers/text.ts';
import { print, printJson } from '../output.ts';
import { serverLine } from '../text.ts';

/** Says what runs. Starts nothing: no daemon is an answer, too (exit code 5). */
export const statusCommand = command({
  words: ['status'],
  summary: 'the daemon and what runs',
  options: ['json'],
  async run({ options, surroundings: { dataDir } }) {
    const connection = await connect(dataDir);
    if (connection === undefined) {
      if (options.json) printJson({ running: false, dataDir });
      else print(`No Devyard daemon runs for ${dataDir}.`);
      return 5;
    }
    const { client, info } = connection;
    try {
      const [codeServers, devServers, engine] = await Promise.all([
        client.call('codeServers.list', {}),
        client.call('devServers.list', {}),
        client.call('engine.get', {}),
      ]);
      if (options.json) return printJson({ running: true, daemon: info, engine, codeServers, devServers });
      print(`Devyard ${info.version}, pid ${String(info.pid)}, ${[info.socket, ...info.urls].join(', ')}`);
      for (const problem of info.problems)
        print(`! ${problem.message}${problem.hint === undefined ? '' : ` ${problem.hint}`}`);
      if (engine.status === 'ready') print(`code-server ${engine.version} (${engine.path})`);
      else if ('message' in engine) print(`code-server: ${engine.message} ${engine.hint}`);
      for (const server of codeServers) print(serverLine(server));
      for (const line of devServers.flatMap(projectLines)) print(line);
      if (codeServers.length === 0) print('No code-servers yet. Create one: devyard code-server create NAME');
      return 0;
    } finally {
      client.close();
    }
  },
});
