import type { TestedServer } from '../../api/contract/dokploy.ts';
import { daemonCommand } from '../command.ts';
import { print, printJson, UsageError, warn } from '../output.ts';
import { plain } from '../text.ts';
import { findServer } from './find.ts';
import { readSecret } from './secrets.ts';
import { failureLines, serverLine } from './text.ts';

const apiKey = { what: 'The API key', option: 'api-key-file', variable: 'DEVYARD_DOKPLOY_API_KEY' } as const;
const keyNotes = [
  'An API key is made in Dokploy under Settings, Profile, API/CLI Keys; switch its rate limit off.',
  `It is no argument: it comes from --api-key-file, else from ${apiKey.variable}, else it is asked for.`,
];

export const listServersCommand = daemonCommand({
  words: ['dokploy', 'server', 'list'],
  summary: 'all Dokploy servers, as they were when last asked',
  options: ['json'],
  async run(daemon, { options }) {
    const servers = await daemon.call('dokploy.servers', {});
    if (options.json) return printJson(servers);
    for (const server of servers) print(serverLine(server));
    return servers.length === 0 ? print('No Dokploy servers yet. Add one: devyard dokploy server add URL') : 0;
  },
});

export const addServerCommand = daemonCommand({
  words: ['dokploy', 'server', 'add'],
  operands: ['URL'],
  summary: 'add a Dokploy server, and ask it whether it can be used',
  options: ['name', 'api-key-file', 'certificate', 'json'],
  notes: [
    ...keyNotes,
    'The server is kept also when it cannot be used now; the exit code is 1 then.',
    'One with a certificate of its own is refused first: its fingerprint is shown, to be compared and pinned.',
  ],
  async run(daemon, { operands: [url], options, surroundings: { env } }) {
    const { name, certificate, json } = options;
    const key = await readSecret({ ...apiKey, file: options['api-key-file'], env });
    const body = { url, name, certificate, apiKey: key };
    return showTested(await daemon.call('dokploy.addServer', { body }), json);
  },
});

export const setServerCommand = daemonCommand({
  words: ['dokploy', 'server', 'set'],
  operands: ['ID|NAME'],
  summary: 'change its name, address, API key or pinned certificate, and ask it again',
  options: ['name', 'url', ['api-key-file', 'new-api-key'], 'certificate', 'json'],
  notes: keyNotes,
  async run(daemon, { operands: [idOrName], options, surroundings: { env } }) {
    const { name, url, certificate, json } = options;
    const file = options['api-key-file'];
    const isNewKey = file !== undefined || options['new-api-key'];
    if (!isNewKey && [name, url, certificate].every((value) => value === undefined)) {
      throw new UsageError('Say what to set: --name, --url, --api-key-file, --new-api-key or --certificate.');
    }
    const { id } = await findServer(daemon, idOrName);
    const key = isNewKey ? await readSecret({ ...apiKey, file, env }) : undefined;
    const body = { name, url, certificate, apiKey: key };
    return showTested(await daemon.call('dokploy.patchServer', { params: { id }, body }), json);
  },
});

export const testServerCommand = daemonCommand({
  words: ['dokploy', 'server', 'test'],
  operands: ['ID|NAME'],
  summary: 'ask it now whether it can be used; exit code 1 when it cannot',
  options: ['json'],
  async run(daemon, { operands: [idOrName], options }) {
    const { id } = await findServer(daemon, idOrName);
    return showTested(await daemon.call('dokploy.testServer', { params: { id } }), options.json);
  },
});

export const removeServerCommand = daemonCommand({
  words: ['dokploy', 'server', 'remove'],
  operands: ['ID|NAME'],
  summary: 'forget it and its workspaces here; nothing happens on the server',
  options: ['json'],
  async run(daemon, { operands: [idOrName], options }) {
    const { id } = await findServer(daemon, idOrName);
    const removed = await daemon.call('dokploy.removeServer', { params: { id } });
    return options.json ? printJson(removed) : print(`“${plain(removed.name)}” is forgotten; ${removed.url} stays.`);
  },
});

function showTested(tested: TestedServer, json: boolean): number {
  const { ok, server, notes } = tested;
  if (json) printJson(tested);
  else {
    print(serverLine(server));
    for (const note of notes) print(`  ${plain(note)}`);
  }
  if (!json && server.connection.status === 'failing') warn(failureLines(server.name, server.connection));
  return ok ? 0 : 1;
}
