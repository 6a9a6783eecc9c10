import { basename } from 'node:path';
import getPort from 'get-port';
import { DevyardError } from '../shared/errors.ts';
import type { Command, DebugPlan } from './plan.ts';
import type { DebugLaunch, Launch } from './process/ports.ts';

/**
 * A command that a debugger can attach to: Node.js opens its inspector (`--inspect`), a Go binary runs below Delve
 * (`dlv exec --headless --accept-multiclient --continue`). Throws `invalid` for a program that cannot be debugged so.
 */
export async function debugCommand(
  { port: wanted, type }: DebugPlan,
  { command, cwd, env }: Launch,
  resolve: (command: Command, cwd: string) => Promise<Command>,
): Promise<DebugLaunch> {
  const port = wanted ?? (await getPort({ host: '127.0.0.1' }));
  const address = `127.0.0.1:${String(port)}`;
  const [program, ...args] = command;
  if (type === 'go') {
    const delve: Command = ['dlv', 'exec', '--headless', `--listen=${address}`, '--api-version=2'];
    const [dlv, ...how] = await resolve(delve, cwd);
    return { command: [dlv, ...how, '--accept-multiclient', '--continue', program, '--', ...args], env, port };
  }
  if (!/^node(?:\.exe)?$/i.test(basename(program))) {
    // A package manager is a Node.js program itself: it would take the inspector's port before what it starts.
    throw new DevyardError('invalid', `“${basename(program)}” cannot be debugged: it is not node itself.`, {
      field: 'debug',
      hint: 'Begin the command with node and the script, as in [node, server.js].',
    });
  }
  return { command: [program, `--inspect=${address}`, ...args], env, port };
}
