import { readFile } from 'node:fs/promises';
import { DevyardError, messageOf } from '../shared/errors.ts';
import type { DevServerContext } from './context.ts';
import type { Command, Environment, ProjectPlan } from './plan.ts';
import { commandOf } from './tools/commandOf.ts';
import { projectEnvironment } from './tools/projectEnvironment.ts';

/** What everything of a project runs in; asked for anew at each start. */
export interface Surroundings {
  /** The whole environment. Rejects `invalid` for a dotenv file that is missing or broken. */
  readonly environment: () => Promise<Environment>;
  /** A command with the absolute path of its program. Rejects `tool-missing`. */
  readonly resolve: (command: Command, cwd: string) => Promise<Command>;
}

export function surroundingsOf(context: DevServerContext, plan: ProjectPlan): Surroundings {
  return {
    environment: () => environmentOf(context, plan),
    resolve: (command, cwd) => commandOf(context, plan.root, command, cwd),
  };
}

async function environmentOf(
  { env: base }: DevServerContext,
  { env, envFile: path }: ProjectPlan,
): Promise<Environment> {
  const common = { base, plan: [env], platform: process.platform };
  if (path === null) return projectEnvironment(common);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new DevyardError('invalid', `${path} cannot be read: ${messageOf(error)}`, {
      field: 'envFile',
      hint: 'Make the file, or leave envFile out.',
    });
  });
  return projectEnvironment({ ...common, envFile: { path, text } });
}
