import type { DevyardClient } from '../../../api/client/client.ts';
import type { DevServer } from '../../../api/contract/devServers.ts';
import { reasonOf } from '../../shared/sessionState.ts';
import { isAlive, pagesOf } from '../actions.ts';
import { manifestFileOf } from './manifestFile.ts';
import { type DevServersSource, onDevServers } from './source.ts';
import { TaskLog } from './taskLog.ts';

/** What a task of type `devyard` does, as tasks.json has it. */
export interface TaskWork {
  readonly project: string;
  readonly action: 'start' | 'rebuild';
  /** Only this build; all of them when missing. */
  readonly build?: string | undefined;
}

export interface TaskPorts {
  readonly client: Pick<DevyardClient, 'call' | 'devServerLogs'>;
  readonly source: DevServersSource;
  /** Starts the project, asking the person for what is needed; undefined when they refused. */
  start(devServer: DevServer): Promise<DevServer | undefined>;
  /** Text for a terminal. */
  readonly write: (text: string) => void;
}

/**
 * Does what a task says and shows the log meanwhile. Resolves with the exit code when it is over: a build with its end, a
 * start when nothing of the project runs any more. Aborting ends the watching, not the project. Never rejects.
 *
 * The lines that begin with `devyard:` are what the problem matcher `$devyard` of the manifest looks for: they are no texts to
 * be translated.
 */
export async function runTask(
  devServer: DevServer,
  work: TaskWork,
  ports: TaskPorts,
  signal: AbortSignal,
): Promise<number> {
  const log = new TaskLog(ports.client, devServer, work.build, ports.write);
  try {
    await log.begin(signal);
    return await (work.action === 'start' ? start(devServer, ports, signal) : rebuild(devServer, work, ports, signal));
  } catch (error) {
    if (signal.aborted) return 1;
    const { message, hint } = reasonOf(error);
    fail(devServer, hint === undefined ? message : `${message} ${hint}`, ports);
    return 1;
  } finally {
    await log.end();
  }
}

async function rebuild(
  { id, pluginID }: DevServer,
  { build }: TaskWork,
  ports: TaskPorts,
  signal: AbortSignal,
): Promise<number> {
  tell(ports, `${pluginID} is building…`);
  const body = build === undefined ? {} : { build };
  const { success, builds } = await ports.client.call('devServers.rebuild', { params: { id }, body }, { signal });
  for (const { name, error } of builds) if (error !== undefined) tell(ports, `${name}: ${error}`);
  tell(ports, `${pluginID} ${success ? 'is ready' : 'has failed'}`);
  return success ? 0 : 1;
}

/** How a project stands, for somebody who waits for it. */
type Phase = 'busy' | 'ready' | 'failed' | 'dead' | 'ended';

export function phaseOf(devServer: DevServer): Phase {
  const alive = isAlive(devServer);
  switch (devServer.status) {
    case 'ready':
      return 'ready';
    case 'error':
      return alive ? 'failed' : 'dead';
    case 'idle':
    case 'stopped':
      return alive || devServer.stopping ? 'busy' : 'ended';
    case 'starting':
    case 'building':
    case 'running':
      return 'busy';
  }
}

async function start(devServer: DevServer, ports: TaskPorts, signal: AbortSignal): Promise<number> {
  const { source } = ports;
  const { id, pluginID } = devServer;
  tell(ports, `${pluginID} is starting…`);
  const started = await ports.start(devServer);
  if (started === undefined) return 1;
  return await new Promise<number>((resolve) => {
    let last: Phase = 'busy';
    // Its end before the start may still be on its way: only an end after something ran is one.
    let ran = false;
    const look = (now: DevServer | undefined): void => {
      const phase = now === undefined ? 'ended' : phaseOf(now);
      if (phase === 'ended' && !ran && now !== undefined) return;
      ran = true;
      if (phase === last) return;
      if (phase === 'busy') tell(ports, `${pluginID} is ${now?.status === 'building' ? 'building' : 'starting'}…`);
      if (phase === 'ready') {
        const pages = pagesOf(now ?? devServer).map(({ url }) => ` ${url}`);
        tell(ports, `${pluginID} is ready${pages.join('')}`);
      }
      if (phase === 'failed' || phase === 'dead') fail(devServer, now?.lastError ?? 'failed', ports);
      if (phase === 'ended') tell(ports, `${pluginID} has stopped`);
      last = phase;
      if (phase === 'ended' || phase === 'dead') settle(phase === 'ended' ? 0 : 1);
    };
    const end = onDevServers(source, (ids) => {
      if (ids.includes(id)) look(source.snapshot.devServers.get(id));
    });
    const settle = (code: number): void => {
      end();
      signal.removeEventListener('abort', abort);
      resolve(code);
    };
    const abort = (): void => settle(0);
    if (signal.aborted) return settle(0);
    signal.addEventListener('abort', abort, { once: true });
    look(started);
  });
}

function tell({ write }: TaskPorts, text: string): void {
  write(`devyard: ${text}\r\n`);
}

/** In the form in which the problem matcher takes it for an error of the manifest. */
function fail(devServer: DevServer, reason: string, ports: TaskPorts): void {
  const line = reason.trim().replaceAll(/\s*[\r\n]+\s*/g, ' ');
  tell(ports, `${manifestFileOf(devServer)}: error: ${line}`);
  tell(ports, `${devServer.pluginID} has failed`);
}
