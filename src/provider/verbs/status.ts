import { machinesIn } from '../../managers/dokploy/machines/findMachine.ts';
import { verdictOf } from '../../managers/dokploy/machines/verdict.ts';
import type { DokployApi, ListedProject, ListedService, Service, Task } from '../../managers/dokploy/api/types.ts';
import type { MachineRef } from '../../managers/dokploy/machines/types.ts';
import { print, type RunVerb } from '../call.ts';
import { connectionOptions } from '../connectionOptions.ts';
import { identify, type Identity } from '../identity.ts';
import { statusWord, type StatusWord } from '../statusWord.ts';
import { withServer } from '../withServer.ts';

/** Prints how the machine is. *NotFound* only ever comes from a complete listing; any doubt is a failure. */
export const status: RunVerb = async (call) => {
  const { env, log, signal } = call;
  const connection = connectionOptions(env);
  const identity = await identify(env, connection.url);
  const hinted = identity.hint?.machine ?? undefined;
  const word = await withServer(call, connection, async (api): Promise<StatusWord> => {
    // Its tasks are asked for at the same time; whether it is there at all is for the listing to say.
    const early = hinted === undefined ? undefined : outcomeOf(api.tasks(hinted, { signal }));
    const projects = await api.projects({ signal });
    const listed = hinted === undefined ? undefined : find(projects, hinted);
    if (listed !== undefined && hinted !== undefined) return wordFor(api, hinted, listed, early, signal);
    const service = await named(api, projects, identity, signal);
    if (service === undefined) return 'NotFound';
    // Reads compose files, which no later call needs to.
    const { refOf, remember, sshEndpoint } = await import('../locate.ts');
    const ref = refOf(service);
    await remember(identity, connection, { ref, endpoint: sshEndpoint(service, connection) }, log);
    return wordFor(api, ref, service, undefined, signal);
  });
  print(call, word);
  return 0;
};

type Outcome = () => Promise<readonly Task[]>;

/** The same outcome for whoever asks later, who perhaps never does. */
function outcomeOf(tasks: Promise<readonly Task[]>): Outcome {
  tasks.catch(() => undefined);
  return () => tasks;
}

async function wordFor(
  api: DokployApi,
  ref: MachineRef,
  listed: Pick<ListedService, 'status'>,
  early: Outcome | undefined,
  signal: AbortSignal,
): Promise<StatusWord> {
  // It deploys: its tasks say nothing of what comes.
  if (listed.status === 'running') return 'Busy';
  const verdict = verdictOf(await (early === undefined ? api.tasks(ref, { signal }) : early()));
  const isUp = verdict.status === 'running' || verdict.status === 'starting';
  return statusWord(listed.status, verdict, !isUp && (await isQueued(api, ref, signal)));
}

/** Whether a deployment of it waits. Who may not see the queue sees the machine as Dokploy's own page shows it. */
async function isQueued(api: DokployApi, { id }: MachineRef, signal: AbortSignal): Promise<boolean> {
  const queue = await api.queue({ signal });
  return queue?.some(({ serviceId }) => serviceId === id) ?? false;
}

function find(projects: readonly ListedProject[], { kind, id }: MachineRef): ListedService | undefined {
  return projects
    .flatMap(({ environments }) => environments.flatMap(({ services }) => services))
    .find((service) => service.kind === kind && service.id === id);
}

/**
 * Only what still has the machine's name is read. One that was renamed before anything was written down about it is found by
 * `create`, which reads everything before it makes anything.
 */
async function named(
  api: DokployApi,
  projects: readonly ListedProject[],
  { marker, machine }: Identity,
  signal: AbortSignal,
): Promise<Service | undefined> {
  const alike = projects.map((project) => ({
    ...project,
    environments: project.environments.map((environment) => ({
      ...environment,
      services: environment.services.filter(({ name }) => name === machine.id),
    })),
  }));
  const [first] = await machinesIn(api, alike, { marker, name: machine.id }, signal);
  return first;
}
