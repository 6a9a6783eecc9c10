import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import type { DokployServer, Workspace } from '../../../src/api/contract/dokploy.ts';
import { type DokployDouble, startDokploy } from '../../support/dokploy/double.ts';
import { addServer, callDokploy } from './dokployYard.ts';
import { Yard } from './yard.ts';

const perServer = 40;
const tasks = 'docker.getServiceContainersByAppName';

interface Place {
  readonly dokploy: DokployDouble;
  readonly server: DokployServer;
  readonly workspaces: readonly Workspace[];
}

let yard: Yard;
let client: DevyardClient;
let places: readonly Place[];

beforeAll(async () => {
  yard = await Yard.open();
  await yard.start();
  client = await yard.client();
  places = await Promise.all(Array.from({ length: 5 }, openPlace));
}, 120_000);
afterAll(async () => {
  await yard[Symbol.asyncDispose]();
  await Promise.all(places.map(({ dokploy }) => dokploy.stop()));
});

/** A server whose applications Devyard looks after. None of them runs: what a stopped one says holds for half a minute. */
async function openPlace(): Promise<Place> {
  const dokploy = await startDokploy({ machines: 'none' });
  dokploy.bulk({ projects: 2, environments: 2, applications: perServer / 4 });
  const server = await addServer(client, dokploy);
  const all = await client.call('dokploy.list', { query: {} });
  const found = all.filter(({ serverId }) => serverId === server.id);
  const adopted = found.map(({ id }) => client.call('dokploy.adopt', { params: { id }, body: { user: 'dev' } }));
  return { dokploy, server, workspaces: await Promise.all(adopted) };
}

const look = (viewer: string, servers: readonly Place[], workspaces: readonly Workspace[] = []): Promise<unknown> =>
  client.call('dokploy.look', {
    body: { viewer, servers: servers.map(({ server }) => server.id), workspaces: workspaces.map(({ id }) => id) },
  });

/** Does something and resolves when each of these servers was read as a whole after it. */
async function reading(wanted: readonly Place[], act: () => unknown = () => undefined): Promise<void> {
  const stop = new AbortController();
  const missing = new Set(wanted.map(({ server }) => server.id));
  for await (const { event } of client.events(undefined, stop.signal)) {
    if (event.type === 'hello') await act();
    if (event.type === 'dokploy.checked') missing.delete(event.id);
    if (missing.size === 0) break;
  }
  stop.abort();
}

/** Resolves when these workspaces were shown to be in such a state. */
async function until(wanted: readonly Workspace[], status: Workspace['state']['status']): Promise<void> {
  const stop = new AbortController();
  const ids = new Set(wanted.map(({ id }) => id));
  for await (const { event } of client.events(undefined, stop.signal)) {
    const known = event.type === 'hello' ? await client.call('dokploy.list', { query: {} }) : [];
    if (event.type === 'dokploy.workspaceChanged') known.push(event.workspace);
    for (const { id, state } of known) if (state.status === status) ids.delete(id);
    if (ids.size === 0) break;
  }
  stop.abort();
}

const asked = ({ dokploy }: Place): readonly string[] => dokploy.requests.map(({ procedure }) => procedure).toSorted();
const appNames = (all: readonly Workspace[]): readonly string[] => all.map(({ appName }) => appName ?? '-').toSorted();
const tasksAskedFor = ({ dokploy }: Place): readonly string[] =>
  dokploy.requests
    .filter(({ procedure }) => procedure === tasks)
    .map(({ input }) => (input as { appName: string }).appName)
    .toSorted();
const forget = (): void => {
  for (const { dokploy } of places) dokploy.resetCounts();
};

describe('200 workspaces on 5 servers', () => {
  it('cost one listing a server and cycle, tasks of what is on screen or changed, and nothing unseen', async () => {
    const all = await client.call('dokploy.list', { query: {} });
    expect(all.filter(({ managed }) => managed === 'adopted')).toHaveLength(5 * perServer);
    const [viewer, other] = [randomUUID(), randomUUID()];
    const shown = places.flatMap(({ workspaces }) => workspaces.slice(0, 2));
    forget();
    // Two windows with the same rows are no more work than one.
    await reading(places, async () => {
      await look(viewer, places, shown);
      await look(other, places, shown);
    });
    await until(shown, 'stopped');
    for (const place of places) {
      expect(asked(place)).toEqual([tasks, tasks, 'project.all']);
      expect(tasksAskedFor(place)).toEqual(appNames(place.workspaces.slice(0, 2)));
    }

    // In Dokploy's own page somebody stops one that is on screen and one that is not.
    const changed = places.map(({ workspaces }) => workspaces[1]);
    const unseen = places.map(({ workspaces }) => workspaces[2]).filter((one) => one !== undefined);
    for (const [at, { dokploy }] of places.entries()) {
      await callDokploy(dokploy, 'application.stop', { applicationId: changed[at]?.serviceId });
      await callDokploy(dokploy, 'application.stop', { applicationId: unseen[at]?.serviceId });
    }
    forget();
    const gates = places.map(({ dokploy }) => dokploy.hold(tasks));
    await look(other, []);
    await until(unseen, 'stopped');
    await Promise.all(gates.map(({ reached }) => reached));
    gates.forEach((gate) => gate.release());
    // From now on somebody looks at one of the servers only, which tells when the next cycle has passed.
    const [only, ...others] = places as [Place, ...Place[]];
    await look(viewer, [only]);
    await reading([only]);
    expect(asked(only)).toEqual([tasks, 'project.all', 'project.all']);
    for (const place of others) expect(asked(place)).toEqual([tasks, 'project.all']);
    expect(places.map(tasksAskedFor)).toEqual(changed.map((one) => [one?.appName]));
  }, 90_000);

  it('cost nothing after a restart until somebody looks', async () => {
    await yard.kill();
    forget();
    await yard.start();
    client = await yard.client();
    expect(await client.call('dokploy.list', { query: {} })).toHaveLength(5 * perServer);
    const [only, ...others] = places as [Place, ...Place[]];
    await client.call('dokploy.get', { params: { id: only.workspaces[0]?.id ?? '' }, query: {} });
    await client.call('dokploy.servers', {});
    expect(places.map(asked)).toEqual(places.map(() => []));
    await reading([only], () => look(randomUUID(), [only]));
    expect(asked(only)).toEqual(['project.all', 'settings.getDokployVersion']);
    expect(others.map(asked)).toEqual(others.map(() => []));
  });
});
