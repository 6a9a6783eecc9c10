import { randomUUID } from 'node:crypto';
import { ApiError } from '../../api/client/transport.ts';
import type { DokployServer } from '../../api/contract/dokploy.ts';
import { longestWorkspaceName, workspaceName } from '../../api/contract/names.ts';
import { daemonCommand } from '../command.ts';
import type { DaemonLink } from '../daemonLink.ts';
import { UsageError } from '../output.ts';
import { findServer } from './find.ts';
import { portsOf, readEnvironment, readSettings, settingNotes, settingOptions } from './settings.ts';
import { followed, make } from './work.ts';

export const createWorkspaceCommand = daemonCommand({
  words: ['dokploy', 'create'],
  operands: ['NAME'],
  summary: 'create a workspace; done when SSH logs in',
  options: [
    'server',
    'project',
    'environment',
    'target',
    'docker',
    'user',
    'image-sshd',
    'ssh-port-range',
    [['repository', 'branch', 'clone-to']],
    ...settingOptions,
    'publish',
    'detach',
    'json',
  ],
  notes: [
    followed,
    'Without Docker inside it is an application; --docker makes a privileged compose service, for an application cannot be one.',
    ...settingNotes,
  ],
  async run(daemon, { operands: [name], options, surroundings: { env } }) {
    const trimmed = name.trim();
    if (!workspaceName.test(trimmed) || trimmed.length > longestWorkspaceName) {
      throw new UsageError(`A name has letters, digits, blanks, dots and dashes, 63 at most; not “${name}”.`);
    }
    const settings = await readSettings(options, env);
    const variables = await readEnvironment(options, env);
    const server = await findServer(daemon, options.server);
    const { docker, user, repository, branch, detach, json } = options;
    const body = {
      ...settings,
      env: variables,
      ports: portsOf(options.publish),
      serverId: server.id,
      name,
      project: idOrName(server.projects, options.project),
      environment: idOrName(
        server.projects.flatMap(({ environments }) => environments),
        options.environment,
      ),
      target: options.target === undefined ? null : await targetOf(daemon, server, options.target),
      docker,
      user,
      sshd: options['image-sshd'] ? ('image' as const) : undefined,
      sshPortRange: options['ssh-port-range'],
      repository: repository === undefined ? null : { url: repository, branch, folder: options['clone-to'] },
    };
    const idempotencyKey = randomUUID();
    return make(daemon, () => daemon.call('dokploy.create', { body }, { idempotencyKey }), { detach, json });
  },
});

/** An id that the server has, else a name. */
function idOrName(
  known: readonly { readonly id: string }[],
  given: string | undefined,
): { id: string } | { name: string } | undefined {
  if (given === undefined) return undefined;
  return known.some(({ id }) => id === given) ? { id: given } : { name: given };
}

async function targetOf(daemon: DaemonLink, { id, name }: DokployServer, given: string): Promise<string | null> {
  const { targets } = await daemon.call('dokploy.targets', { params: { id } });
  const target = targets.find((one) => one.id === given) ?? targets.find((one) => one.name === given);
  if (target !== undefined) return target.id;
  throw new ApiError({
    code: 'not-found',
    status: 404,
    message: `“${name}” has no machine “${given}”.`,
    hint: `It has ${targets.map((one) => `“${one.name}”`).join(', ')}.`,
  });
}
