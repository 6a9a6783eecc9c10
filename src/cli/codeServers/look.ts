import { daemonCommand } from '../command.ts';
import { print, printJson } from '../output.ts';
import { serverLine } from '../text.ts';
import { findServer } from './find.ts';

export const listCommand = daemonCommand({
  words: ['code-server', 'list'],
  summary: 'all code-servers',
  options: ['json'],
  async run(daemon, { options }) {
    const servers = await daemon.call('codeServers.list', {});
    if (options.json) return printJson(servers);
    for (const server of servers) print(serverLine(server));
    return servers.length === 0 ? print('No code-servers yet. Create one: devyard code-server create NAME') : 0;
  },
});

export const openCommand = daemonCommand({
  words: ['code-server', 'open'],
  operands: ['ID|NAME'],
  summary: 'print an address that works once',
  options: ['proxy'],
  async run(daemon, { operands: [idOrName], options }) {
    const { id } = await findServer(daemon, idOrName);
    const body = options.proxy ? ({ through: 'proxy' } as const) : {};
    const { url, password } = await daemon.call('codeServers.open', { params: { id }, body });
    print(url);
    // On the other stream: what takes the address must not get the password with it.
    if (password !== undefined) process.stderr.write(`Its password: ${password}\n`);
    return 0;
  },
});
