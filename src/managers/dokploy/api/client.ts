import { type Caller, type CallerOptions, createCaller } from './caller.ts';
import { fieldsOf, nothing, textAlone } from './decode.ts';
import { keyOwnerShape } from './keyOwner.ts';
import { projectsShape, queueShape, targetServersShape } from './listingShapes.ts';
import { isDokployFailure } from './failure.ts';
import { logCalls } from './logCalls.ts';
import { makingCalls } from './makingCalls.ts';
import { gone, idOf } from './serviceRef.ts';
import { deploymentsShape, serviceShape } from './serviceShapes.ts';
import type { DokployApi, ServiceRef } from './types.ts';

/** Milliseconds. A start of an application that crashes again and again was not answered in 45 s: its tasks tell more. */
const swarmMs = 30_000;
/** Milliseconds for `docker compose`, which may wait for each container in turn. */
const composeMs = 120_000;

const patienceFor = ({ kind }: ServiceRef): number => (kind === 'compose' ? composeMs : swarmMs);

/** `url` is the origin of a Dokploy server. `close` closes `http`, too. */
export function createDokployApi(options: CallerOptions): DokployApi {
  const caller = createCaller(options);
  return {
    ...overview(caller),
    ...makingCalls(caller),
    ...running(caller),
    ...logCalls(caller, options),
    close: () => options.http.close(),
  };
}

type Part<K extends keyof DokployApi> = Pick<DokployApi, K>;

function overview({
  read,
  ping,
}: Caller): Part<
  'health' | 'version' | 'keyOwner' | 'projects' | 'targetServers' | 'queue' | 'service' | 'deployments'
> {
  return {
    health: (options) => ping('health', (value) => void fieldsOf(value), options),
    version: (options) => read('settings.getDokployVersion', {}, textAlone, options),
    keyOwner: (options) => read('user.get', {}, keyOwnerShape, options),
    projects: (options) => read('project.all', {}, projectsShape, options),
    targetServers: (options) => read('server.all', {}, targetServersShape, options),
    queue: (options) => ifAllowed(read('deployment.queueList', {}, queueShape, options)),
    service: (service, options) => read(`${service.kind}.one`, idOf(service), serviceShape(service.kind), options),
    deployments: (service, options) =>
      read(
        service.kind === 'compose' ? 'deployment.allByCompose' : 'deployment.all',
        idOf(service),
        deploymentsShape,
        options,
      ),
  };
}

function running({
  change,
}: Caller): Part<'deploy' | 'start' | 'stop' | 'reload' | 'cleanQueue' | 'killBuild' | 'remove'> {
  return {
    deploy: (service, title, options) =>
      change(`${service.kind}.deploy`, { ...idOf(service), title, description: '' }, nothing, options),
    start: (service, options) =>
      change(`${service.kind}.start`, idOf(service), nothing, { ...options, timeoutMs: patienceFor(service) }),
    stop: (service, options) =>
      change(`${service.kind}.stop`, idOf(service), nothing, { ...options, timeoutMs: patienceFor(service) }),
    reload: (applicationId, appName, options) =>
      change('application.reload', { applicationId, appName }, nothing, { ...options, timeoutMs: swarmMs }),
    cleanQueue: (service, options) => ifAllowed(change(`${service.kind}.cleanQueues`, idOf(service), nothing, options)),
    killBuild: (service, options) => ifAllowed(change(`${service.kind}.killBuild`, idOf(service), nothing, options)),
    remove(service, { deleteVolumes }, options) {
      const input = service.kind === 'compose' ? { ...idOf(service), deleteVolumes } : idOf(service);
      const patient = { ...options, timeoutMs: patienceFor(service) };
      return gone(change(`${service.kind}.delete`, input, nothing, patient));
    },
  };
}

/** Undefined where the key may not, or this version of Dokploy cannot: what is worth knowing or doing, and can be done without. */
async function ifAllowed<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isDokployFailure(error, 'forbidden', 'unknown-call')) return undefined;
    throw error;
  }
}
