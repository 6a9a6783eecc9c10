import { daemonCommand } from '../command.ts';
import { print, printJson } from '../output.ts';
import { plain } from '../text.ts';
import { findServer, findWorkspace } from './find.ts';
import { readText } from './secrets.ts';
import { serverLine, showWorkspace, workspaceLines } from './text.ts';

export const listWorkspacesCommand = daemonCommand({
  words: ['dokploy', 'list'],
  summary: 'all workspaces, and the services that could be adopted as such',
  options: ['server', 'refresh', 'json'],
  notes: ['Without --refresh they are shown as they were when last asked for.'],
  async run(daemon, { options }) {
    const { server: idOrName, refresh, json } = options;
    const wanted = idOrName === undefined ? undefined : await findServer(daemon, idOrName);
    const all = await daemon.call('dokploy.list', { query: refresh ? { refresh: 'true' } : {} });
    const workspaces = all.filter(({ serverId }) => wanted === undefined || serverId === wanted.id);
    if (json) return printJson(workspaces);
    const servers = await daemon.call('dokploy.servers', {});
    for (const server of servers.filter(({ id }) => wanted === undefined || id === wanted.id)) {
      print(serverLine(server));
      const lines = workspaces.filter(({ serverId }) => serverId === server.id).flatMap(workspaceLines);
      for (const line of lines) print(`  ${line}`);
    }
    return servers.length === 0 ? print('No Dokploy servers yet. Add one: devyard dokploy server add URL') : 0;
  },
});

export const adoptWorkspaceCommand = daemonCommand({
  words: ['dokploy', 'adopt'],
  operands: ['ID|NAME'],
  summary: 'take care of a service that is there already and has an SSH server',
  required: ['user'],
  options: ['private-key', 'ssh-port', 'json'],
  async run(daemon, { operands: [idOrName], options }) {
    const { id } = await findWorkspace(daemon, idOrName);
    const file = options['private-key'];
    const privateKey = file === undefined ? undefined : await readText(file);
    const body = { user: options.user ?? '', privateKey, sshPort: options['ssh-port'] };
    const adopted = await daemon.call('dokploy.adopt', { params: { id }, body });
    const { publicKey, name } = adopted;
    if (privateKey === undefined && publicKey !== null) {
      process.stderr.write(`Add this line to authorized_keys of “${body.user}” in “${plain(name)}”:\n${publicKey}\n`);
    }
    return showWorkspace(adopted, options);
  },
});

export const forgetHostKeyCommand = daemonCommand({
  words: ['dokploy', 'forget-host-key'],
  operands: ['ID|NAME'],
  summary: 'forget its host key: the next connection takes the one that is there then',
  options: ['json'],
  notes: ['Only when you know why the key has changed: somebody else may answer in its place.'],
  async run(daemon, { operands: [idOrName], options }) {
    const { id } = await findWorkspace(daemon, idOrName);
    return showWorkspace(await daemon.call('dokploy.forgetHostKey', { params: { id } }), options);
  },
});

export const sshConfigCommand = daemonCommand({
  words: ['dokploy', 'ssh-config'],
  summary: "Devyard's ssh config, with a host for each workspace",
  options: ['include', 'json'],
  notes: ['With --include, ssh and everything that uses it know these hosts by their names.'],
  async run(daemon, { options: { include, json } }) {
    const config = await daemon.call(include ? 'dokploy.includeSshConfig' : 'dokploy.sshConfig', {});
    if (json) return printJson(config);
    if (include) return print(`~/.ssh/config includes ${config.file}.`);
    process.stdout.write(config.text);
    if (!config.included) process.stderr.write('ssh does not read it yet: devyard dokploy ssh-config --include\n');
    return 0;
  },
});
