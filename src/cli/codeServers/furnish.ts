import type { Job } from '../../api/contract/jobs.ts';
import { daemonCommand } from '../command.ts';
import type { DaemonLink } from '../daemonLink.ts';
import { jobLine } from '../jobs/commands.ts';
import { followJob } from '../jobs/follow.ts';
import { Interrupt } from '../jobs/interrupt.ts';
import { reportEnd } from '../jobs/outcome.ts';
import { progressOn } from '../jobs/progress.ts';
import { print, printJson, UsageError } from '../output.ts';
import { extension as readExtension } from '../options/readers.ts';
import { findServer } from './find.ts';
import { sourceChoice, sourceOf } from './source.ts';

const followed = 'Returns when it is done. Ctrl+C cancels it; --detach does not wait for it.';

export const installExtensionCommand = daemonCommand({
  words: ['code-server', 'install-extension'],
  operands: ['ID|NAME', '[ID|FILE.vsix…]'],
  summary: 'install extensions',
  options: ['group', 'config', 'detach', 'json'],
  notes: [followed, 'One that fails keeps no other from being installed; the exit code is 1 then.'],
  async run(daemon, { operands: [idOrName, given], options }) {
    const { group, config, detach, json } = options;
    if (given.length + group.length === 0) throw new UsageError('Name an extension, or a group with --group.');
    const { id } = await findServer(daemon, idOrName);
    const body = {
      extensions: given.map((one) => readExtension(one, 'extension')),
      extensionGroups: [...group],
      configFile: config,
    };
    const begin = () => daemon.call('codeServers.installExtensions', { params: { id }, body });
    return work(daemon, begin, { detach, json });
  },
});

export const fillCommand = daemonCommand({
  words: ['code-server', 'fill'],
  operands: ['ID|NAME'],
  summary: 'fill the empty folder that Devyard made for it',
  required: [sourceChoice],
  options: ['config', 'detach', 'json'],
  notes: [followed, 'The code-server must be stopped.'],
  async run(daemon, { operands: [idOrName], options }) {
    const source = sourceOf(options);
    if (source === undefined) throw new UsageError('Say what to fill it from.');
    const { id } = await findServer(daemon, idOrName);
    const body = { source, configFile: options.config };
    return work(daemon, () => daemon.call('codeServers.fillWorkspace', { params: { id }, body }), options);
  },
});

export const applySettingsCommand = daemonCommand({
  words: ['code-server', 'apply-settings'],
  operands: ['ID|NAME'],
  summary: "merge a group's settings into its own, keeping comments",
  required: ['group'],
  options: ['config', 'json'],
  async run(daemon, { operands: [idOrName], options: { group, config, json } }) {
    const { id } = await findServer(daemon, idOrName);
    const changed = new Set<string>();
    let file = '';
    for (const extensionGroup of group) {
      const body = { extensionGroup, configFile: config };
      const applied = await daemon.call('codeServers.applySettings', { params: { id }, body });
      file = applied.file;
      applied.changed.forEach((key) => changed.add(key));
    }
    if (json) return printJson({ file, changed: [...changed] });
    return print(
      changed.size === 0 ? `Nothing to change in ${file}.` : `Changed ${[...changed].join(', ')} in ${file}.`,
    );
  },
});

async function work(
  daemon: DaemonLink,
  begin: () => Promise<Job>,
  { detach, json }: { readonly detach: boolean; readonly json: boolean },
): Promise<number> {
  const show = (job: Job): number => (json ? printJson(job) : print(jobLine(job)));
  if (detach) return show(await begin());
  using interrupt = new Interrupt();
  const ended = await followJob(daemon, await begin(), { progress: progressOn(process.stderr), interrupt });
  const code = reportEnd(ended, interrupt);
  if (json || code === 0) show(ended);
  return code;
}
