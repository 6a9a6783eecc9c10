import { randomUUID } from 'node:crypto';
import { daemonCommand } from '../command.ts';
import { findServer } from './find.ts';
import { makeAndShow, makeServer } from './making.ts';
import { showServer } from './show.ts';
import { sourceChoice, sourceOf } from './source.ts';
import { untilItRuns } from './untilItRuns.ts';

const followed = [
  'Returns when everything is there. Ctrl+C cancels what is being done; --detach does not wait for it.',
] as const;

export const createCommand = daemonCommand({
  words: ['code-server', 'create'],
  operands: ['NAME'],
  summary: 'create a code-server',
  options: [
    [...sourceChoice, 'folder'],
    'group',
    'extension',
    'config',
    'auto-start',
    'stop-when-idle',
    'memory-limit',
    'port',
    'start',
    ['wait', 'detach'],
    'json',
  ],
  notes: [
    ...followed,
    '--wait also waits until the code-server answers; it only matters together with --start.',
    'When an extension cannot be installed, the code-server stays with the others, and the exit code is 1.',
  ],
  async run(daemon, { operands: [name], options }) {
    const { folder, group, extension, config, port, start, wait, detach, json } = options;
    const body = {
      name,
      folder,
      source: sourceOf(options),
      extensions: [...extension],
      extensionGroups: [...group],
      configFile: config,
      autoStart: options['auto-start'],
      stopWhenIdleMinutes: options['stop-when-idle'],
      memoryLimitMb: options['memory-limit'],
      port,
      start,
    };
    const make = () => daemon.call('codeServers.create', { body }, { idempotencyKey: randomUUID() });
    if (!start || !wait) return makeAndShow(daemon, make, { detach, json });
    const { server, code } = await makeServer(daemon, make, { detach });
    if (server === undefined) return code;
    // What failed before its start keeps it from running; what it was told stays on the screen.
    const mayRun = code === 0 || ['starting', 'running'].includes(server.state.status);
    showServer(mayRun ? await untilItRuns(daemon, server.id) : server, { json });
    return code;
  },
});

export const duplicateCommand = daemonCommand({
  words: ['code-server', 'duplicate'],
  operands: ['ID|NAME', '[NEW-NAME]'],
  summary: 'create another one like it',
  options: ['detach', 'json'],
  notes: [
    ...followed,
    'A folder that Devyard made is copied with settings and extensions; any other one is opened by both.',
  ],
  async run(daemon, { operands: [idOrName, name], options }) {
    const { id } = await findServer(daemon, idOrName);
    const body = { name };
    const make = () => daemon.call('codeServers.duplicate', { params: { id }, body }, { idempotencyKey: randomUUID() });
    return makeAndShow(daemon, make, options);
  },
});
