import { DevyardError } from '../../shared/errors.ts';
import type { DevServerContext } from '../context.ts';
import type { Command } from '../plan.ts';
import { systemFiles } from './files.ts';
import { resolveCommand } from './resolveTool.ts';

/** A command with the absolute path of its program. Throws `tool-missing`. */
export async function commandOf(
  { env, settings }: Pick<DevServerContext, 'env' | 'settings'>,
  root: string,
  command: Command,
  cwd: string,
): Promise<Command> {
  const { tool, command: found } = await resolveCommand(command, {
    cwd,
    root,
    settings: settings().devServerTools,
    env,
    platform: process.platform,
    fs: systemFiles,
  });
  if (!tool.batch) return found;
  throw new DevyardError('invalid', `${tool.program} is a batch file, which only runs through a shell.`, {
    field: 'command',
    hint: 'Name the program that it starts, or set its path in devyard.devServers.tools.',
  });
}
