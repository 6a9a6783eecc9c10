import { daemonCommand, type Command } from '../command.ts';
import { findWorkspace } from './find.ts';
import { followed, work } from './work.ts';

type Verb = 'start' | 'stop' | 'restart' | 'redeploy';

function lifecycleCommand(verb: Verb, summary: string): Command {
  return daemonCommand({
    words: ['dokploy', verb],
    operands: ['ID|NAME'],
    summary,
    options: ['detach', 'json'],
    notes: [followed],
    async run(daemon, { operands: [idOrName], options }) {
      const { id } = await findWorkspace(daemon, idOrName);
      return work(daemon, () => daemon.call(`dokploy.${verb}`, { params: { id } }), options);
    },
  });
}

export const startWorkspaceCommand = lifecycleCommand('start', 'start it; done when SSH logs in');
export const stopWorkspaceCommand = lifecycleCommand('stop', 'stop it; its volumes stay');
export const restartWorkspaceCommand = lifecycleCommand('restart', 'stop it, then start it');
export const redeployWorkspaceCommand = lifecycleCommand('redeploy', 'deploy it anew from what is set now');

export const deleteWorkspaceCommand = daemonCommand({
  words: ['dokploy', 'delete'],
  operands: ['ID|NAME'],
  summary: 'delete it on its server',
  options: [['volumes', 'forget'], 'detach', 'json'],
  notes: [followed, 'What its volumes hold stays, unless --volumes is given.'],
  async run(daemon, { operands: [idOrName], options }) {
    const { id } = await findWorkspace(daemon, idOrName);
    const query = { volumes: String(options.volumes), forget: String(options.forget) };
    return work(daemon, () => daemon.call('dokploy.delete', { params: { id }, query }), options);
  },
});
