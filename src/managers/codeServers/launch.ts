import type { ResourceLog } from '../shared/logs/types.ts';
import type { RunningProcess, RunRecord } from '../shared/processes/types.ts';
import type { CodeServerContext } from './context.ts';
import { argumentsOf, type CodeServerPaths, environmentOf } from './launchPlan.ts';
import type { CodeServerDefinition } from './model.ts';
import { withNodeFlags } from './nodeFlags.ts';

interface Launch {
  readonly runId: string;
  /** The code-server executable. */
  readonly command: string;
  readonly definition: CodeServerDefinition;
  readonly paths: CodeServerPaths;
  readonly log: ResourceLog;
  /** What code-server itself shall ask for; undefined: Devyard's gate lets people in. */
  readonly password: string | undefined;
}

export interface Launched {
  readonly process: RunningProcess;
  readonly intent: RunRecord;
}

/** Starts a server's process; what shall run is written first, so that a kill in between loses nothing. */
export async function launch(context: CodeServerContext, wanted: Launch): Promise<Launched> {
  const { bootId, clock, env, hostId, processes, runRecords, settings } = context;
  const { command, definition, log, password, paths, runId } = wanted;
  const args = argumentsOf(definition, paths, password === undefined ? 'devyard' : 'password');
  const intent = {
    runId,
    resource: `codeServer:${definition.id}`,
    hostId,
    bootId,
    command: [command, ...args],
    intendedAt: clock.now(),
  };
  const plain = environmentOf(definition, env, settings().extensionGallery, password);
  const ready = await withNodeFlags(plain, definition, paths.nodeFlagsFile);
  await runRecords.writeIntent(intent);
  const files = await log.beginRun(runId);
  const process = await processes.spawn({
    runId,
    command,
    args,
    cwd: definition.folder,
    env: ready,
    ...files,
  });
  return { process, intent };
}
