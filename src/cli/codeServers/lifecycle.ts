import { daemonCommand } from '../command.ts';
import { findServer } from './find.ts';
import { showServer } from './show.ts';

export const startCommand = daemonCommand({
  words: ['code-server', 'start'],
  operands: ['ID|NAME'],
  summary: 'start it',
  options: ['wait', 'json'],
  async run(daemon, { operands: [idOrName], options }) {
    const { id } = await findServer(daemon, idOrName);
    const { wait } = options;
    return showServer(await daemon.call('codeServers.start', { params: { id }, body: { wait } }), options);
  },
});

export const restartCommand = daemonCommand({
  words: ['code-server', 'restart'],
  operands: ['ID|NAME'],
  summary: 'stop it, then start it',
  options: ['wait', 'json'],
  async run(daemon, { operands: [idOrName], options }) {
    const { id } = await findServer(daemon, idOrName);
    const { wait } = options;
    return showServer(await daemon.call('codeServers.restart', { params: { id }, body: { wait } }), options);
  },
});

export const stopCommand = daemonCommand({
  words: ['code-server', 'stop'],
  operands: ['ID|NAME'],
  summary: 'stop it; returns when its processes are gone',
  options: ['json'],
  async run(daemon, { operands: [idOrName], options }) {
    const { id } = await findServer(daemon, idOrName);
    return showServer(await daemon.call('codeServers.stop', { params: { id } }), options);
  },
});
