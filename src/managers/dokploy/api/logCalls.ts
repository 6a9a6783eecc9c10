import type { Caller, CallerOptions } from './caller.ts';
import { logText } from './decode.ts';
import { isDokployFailure } from './failure.ts';
import { followContainer, followDeployment } from './liveLog.ts';
import { idOf } from './serviceRef.ts';
import { tasksShape } from './taskShapes.ts';
import type { DokployApi, Task } from './types.ts';

/** Milliseconds. */
const logMs = 30_000;

/** Lines; Dokploy takes from 1 to 10 000. */
const tailOf = (tail: number): number => Math.min(10_000, Math.max(1, Math.trunc(tail)));

/** What a service's tasks are, and what they and its deployments write. */
export function logCalls(
  { read }: Caller,
  options: CallerOptions,
): Pick<DokployApi, 'tasks' | 'deploymentLog' | 'containerLog' | 'followDeployment' | 'followContainer'> {
  const tasks: DokployApi['tasks'] = ({ kind, appName, serverId }, callOptions) =>
    kind === 'application'
      ? read('docker.getServiceContainersByAppName', { appName, serverId }, tasksShape(kind), callOptions)
      : read(
          'docker.getContainersByAppNameMatch',
          { appName, appType: 'docker-compose', serverId },
          tasksShape(kind),
          callOptions,
        );

  async function containerLog(
    service: Parameters<DokployApi['containerLog']>[0],
    tail: number,
    callOptions?: Parameters<DokployApi['containerLog']>[2],
  ): Promise<string> {
    const patient = { ...callOptions, timeoutMs: logMs };
    if (service.kind === 'application') {
      return read('application.readLogs', { ...idOf(service), tail: tailOf(tail) }, logText, patient);
    }
    const containerId = liveliest(await tasks(service, callOptions))?.containerId ?? '';
    if (containerId === '') return '';
    return read('compose.readLogs', { ...idOf(service), containerId, tail: tailOf(tail) }, logText, patient);
  }

  return {
    tasks,
    deploymentLog: (deploymentId, tail, callOptions) =>
      read('deployment.readLogs', { deploymentId, tail: tailOf(tail) }, logText, {
        ...callOptions,
        timeoutMs: logMs,
      }),
    async containerLog(service, tail, callOptions) {
      try {
        return await containerLog(service, tail, callOptions);
      } catch (error) {
        // Nothing of it runs, or ran: nothing was written.
        if (isDokployFailure(error, 'not-found') && error.status === 500) return '';
        throw error;
      }
    },
    followDeployment: (logPath, serverId, signal) => followDeployment(options, logPath, serverId, signal),
    followContainer: (container, signal) =>
      followContainer(options, { ...container, tail: tailOf(container.tail) }, signal),
  };
}

/** Of a compose service's containers the newest one that runs, else the newest. */
const liveliest = (tasks: readonly Task[]): Task | undefined =>
  tasks.find(({ state }) => state === 'running') ?? tasks[0];
