import { DevyardError, messageOf } from '../shared/errors.ts';
import type { ResourceLog } from '../shared/logs/types.ts';
import { runCommand } from './commandRun.ts';
import type { DevServerContext } from './context.ts';
import { expandPorts } from './process/placeholders.ts';
import type { Command, Environment, ReloadStep } from './plan.ts';

export interface Reload {
  readonly projectId: string;
  /** The build that was good. */
  readonly build: string;
  readonly environment: () => Promise<Environment>;
  readonly resolve: (command: Command, cwd: string) => Promise<Command>;
  readonly log: ResourceLog;
  readonly signal: AbortSignal;
  /** Restarts a process of the project, if it runs. */
  readonly restart: (process: string) => Promise<void>;
  readonly portOf: (process: string) => number | null;
}

const timeoutMs = 30_000;

/** Brings what was built to where it runs, one step after the other. Rejects with the first that fails. */
export async function reload(context: DevServerContext, steps: readonly ReloadStep[], wanted: Reload): Promise<void> {
  for (const [index, step] of steps.entries()) {
    if (wanted.signal.aborted) return;
    try {
      await take(context, step, wanted);
    } catch (error) {
      if (wanted.signal.aborted) return;
      throw new DevyardError('start-failed', `It was built, but the reload failed: ${messageOf(error)}`, {
        field: `builds.${wanted.build}.reload.${String(index)}`,
        hint: 'Rebuild to try again.',
        cause: error,
      });
    }
  }
}

async function take(context: DevServerContext, step: ReloadStep, wanted: Reload): Promise<void> {
  const { build, environment, log, portOf, projectId, resolve, restart, signal } = wanted;
  if (step.type === 'restart') return restart(step.process);
  const absent = namedPorts(step).find((name) => portOf(name) === null);
  if (absent !== undefined) {
    // As a restart does nothing to it: it begins with what was built when its turn comes.
    log.append('system', `There is nothing to reload: “${absent}” does not run yet.`, build);
    return;
  }
  const expand = (text: string): string => expandPorts(text, { own: null, of: portOf }, `builds.${build}.reload`);
  if (step.type === 'http') return context.http.send(step.method, expand(step.url), timeoutMs, signal);
  const [program, ...args] = step.command;
  const expanded: Command = [program, ...args.map(expand)];
  const [env, command] = await Promise.all([environment(), resolve(expanded, step.cwd)]);
  const run = { projectId, part: build, command, cwd: step.cwd, env, timeoutMs, log, signal };
  const result = await runCommand(context, run);
  if (result.type === 'timed-out') throw new Error(`${program} did not end within ${String(timeoutMs / 1000)} s`);
  if (result.type === 'exited' && result.exitCode !== 0) {
    throw new Error(
      `${program} ended with ${result.exitCode === null ? String(result.signal) : `exit code ${String(result.exitCode)}`}`,
    );
  }
}

/** The processes whose ports a step names. */
function namedPorts(step: Exclude<ReloadStep, { type: 'restart' }>): readonly string[] {
  const text = step.type === 'http' ? step.url : step.command.join('\n');
  return [...text.matchAll(/\$\{port:([^}]*)\}/g)].map(([, name = '']) => name);
}
