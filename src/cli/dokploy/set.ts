import type { Workspace } from '../../api/contract/dokploy.ts';
import { daemonCommand } from '../command.ts';
import { UsageError } from '../output.ts';
import { findWorkspace } from './find.ts';
import { portsOf, readEnvironment, readSettings, settingNotes, settingOptions } from './settings.ts';
import { followed, work } from './work.ts';

export const setWorkspaceCommand = daemonCommand({
  words: ['dokploy', 'set'],
  operands: ['ID|NAME'],
  summary: 'change what it is made from, and deploy it anew where that is needed',
  options: [...settingOptions, 'unset-env', 'no-env', ['publish', 'no-publish'], 'detach', 'json'],
  notes: [
    followed,
    '--volume and --publish give all there are to be; environment variables that are not named stay as they are.',
    ...settingNotes,
  ],
  async run(daemon, { operands: [idOrName], options, surroundings: { env } }) {
    const settings = await readSettings(options, env);
    const variables = await readEnvironment(options, env);
    const ports = options['no-publish'] ? [] : portsOf(options.publish);
    const unset = options['unset-env'];
    const isEnvChanged = variables !== undefined || unset.length > 0 || options['no-env'];
    if (!isEnvChanged && [...Object.values(settings), ports].every((value) => value === undefined)) {
      throw new UsageError('Say what to set, such as --image, --memory or --env.');
    }
    const workspace = await findWorkspace(daemon, idOrName);
    const kept = options['no-env'] ? {} : keptVariables(workspace, unset);
    const body = { ...settings, ports, ...(isEnvChanged ? { env: { ...kept, ...variables } } : {}) };
    return work(daemon, () => daemon.call('dokploy.patch', { params: { id: workspace.id }, body }), options);
  },
});

/** Nobody is told their values: null keeps one. Throws UsageError for one that is not there to be removed. */
function keptVariables({ name, envNames }: Workspace, unset: readonly string[]): Record<string, null> {
  const unknown = unset.find((one) => !envNames.includes(one));
  if (unknown !== undefined) throw new UsageError(`“${name}” has no environment variable ${unknown}.`);
  return Object.fromEntries(envNames.filter((one) => !unset.includes(one)).map((one) => [one, null]));
}
