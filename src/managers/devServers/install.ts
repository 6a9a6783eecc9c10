import { access } from 'node:fs/promises';
import { DevyardError } from '../shared/errors.ts';
import type { ResourceLog } from '../shared/logs/types.ts';
import { runCommand } from './commandRun.ts';
import type { DevServerContext } from './context.ts';
import type { Command, Environment, InstallPlan } from './plan.ts';
import type { ProjectRecord } from './projectRecord.ts';
import { surroundingsOf } from './surroundings.ts';

interface Installation {
  readonly projectId: string;
  readonly plan: InstallPlan;
  readonly environment: () => Promise<Environment>;
  readonly resolve: (command: Command, cwd: string) => Promise<Command>;
  readonly log: ResourceLog;
  readonly signal: AbortSignal;
  /** An earlier one failed or was cut off: what it was to make may be there, and is not whole. */
  readonly unfinished: boolean;
  /** Told before something is installed; when it rejects, nothing is. */
  readonly onBegin: () => Promise<void>;
}

const part = 'install';

/** Installs what a project needs before its start, where that is missing. Rejects `install-failed`, or what kept it from starting. */
async function install(context: DevServerContext, wanted: Installation): Promise<void> {
  const { environment, log, onBegin, plan, projectId, resolve, signal, unfinished } = wanted;
  if (plan.missing !== null && !unfinished && (await exists(plan.missing))) return;
  if (signal.aborted) throw new DevyardError('cancelled', 'The installation was cancelled.');
  await onBegin();
  const [env, command] = await Promise.all([environment(), resolve(plan.command, plan.cwd)]);
  const { cwd, timeoutMs } = plan;
  // Its arguments may hold what the manifest takes out of the environment.
  const [program] = plan.command;
  log.append('system', `Installing with ${program}.`, part);
  const result = await runCommand(context, { projectId, part, command, cwd, env, timeoutMs, log, signal });
  if (result.type === 'cancelled') throw new DevyardError('cancelled', 'The installation was cancelled.');
  if (result.type === 'timed-out') {
    throw new DevyardError('install-failed', `It did not end within ${String(timeoutMs / 1000)} s and was ended.`, {
      field: 'install.timeout',
      hint: 'Run it by hand to see what it waits for, or give it more time.',
    });
  }
  if (result.exitCode !== 0) {
    const how =
      result.exitCode === null
        ? `was ended by ${String(result.signal)}`
        : `ended with exit code ${String(result.exitCode)}`;
    throw new DevyardError('install-failed', `${program} ${how}.`, {
      field: 'install.command',
      hint: 'Its output is in the log.',
    });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

interface First {
  readonly log: ResourceLog;
  readonly signal: AbortSignal;
  readonly onBegin: () => void;
}

/** What a start begins with. Should it be cut off, what it was to make is there and yet not whole: that is written down first. */
export async function installFirst(context: DevServerContext, record: ProjectRecord, first: First): Promise<void> {
  const { id, installing, plan } = record.definition;
  if (plan.install === null) return;
  await install(context, {
    ...first,
    ...surroundingsOf(context, plan),
    projectId: id,
    plan: plan.install,
    unfinished: installing === true,
    onBegin: async () => {
      first.onBegin();
      await record.save({ installing: true });
    },
  });
  if (record.definition.installing === true) await record.save({ installing: false });
}
