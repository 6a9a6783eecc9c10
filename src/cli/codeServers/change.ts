import { daemonCommand } from '../command.ts';
import { print, printJson, UsageError } from '../output.ts';
import { findServer } from './find.ts';
import { showServer } from './show.ts';

export const renameCommand = daemonCommand({
  words: ['code-server', 'rename'],
  operands: ['ID|NAME', 'NEW-NAME'],
  summary: 'give it another name',
  options: ['json'],
  async run(daemon, { operands: [idOrName, name], options }) {
    const { id } = await findServer(daemon, idOrName);
    return showServer(await daemon.call('codeServers.patch', { params: { id }, body: { name } }), options);
  },
});

export const setCommand = daemonCommand({
  words: ['code-server', 'set'],
  operands: ['ID|NAME'],
  summary: 'change when it starts and stops, and its memory limit',
  options: [['auto-start', 'no-auto-start'], 'stop-when-idle', 'memory-limit', 'json'],
  notes: ['A memory limit holds from the next start.'],
  async run(daemon, { operands: [idOrName], options }) {
    const body = {
      autoStart: options['auto-start'] ? true : options['no-auto-start'] ? false : undefined,
      stopWhenIdleMinutes: options['stop-when-idle'],
      memoryLimitMb: options['memory-limit'],
    };
    if (Object.values(body).every((value) => value === undefined)) {
      throw new UsageError('Say what to set: --auto-start, --no-auto-start, --stop-when-idle or --memory-limit.');
    }
    const { id } = await findServer(daemon, idOrName);
    return showServer(await daemon.call('codeServers.patch', { params: { id }, body }), options);
  },
});

export const deleteCommand = daemonCommand({
  words: ['code-server', 'delete'],
  operands: ['ID|NAME'],
  summary: 'stop and delete it',
  options: [['keep-workspace', 'erase-workspace'], 'json'],
  notes: [
    'A folder that existed before is kept and never erased; one that Devyard made is erased unless told otherwise.',
  ],
  async run(daemon, { operands: [idOrName], options }) {
    const { id, name } = await findServer(daemon, idOrName);
    const keepWorkspace = options['keep-workspace'] ? 'true' : options['erase-workspace'] ? 'false' : undefined;
    const deleted = await daemon.call('codeServers.delete', { params: { id }, query: { keepWorkspace } });
    if (options.json) return printJson(deleted);
    print(`Deleted “${name}”. Erased: ${deleted.erased.join(', ')}.`);
    return deleted.kept.length === 0 ? 0 : print(`Kept: ${deleted.kept.join(', ')}.`);
  },
});
