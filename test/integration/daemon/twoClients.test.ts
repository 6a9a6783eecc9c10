import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DevyardEvent } from '../../../src/api/contract/events.ts';
import { Yard } from './yard.ts';

let yard: Yard;

beforeEach(async () => {
  yard = await Yard.open();
  await yard.start();
});

afterEach(() => yard[Symbol.asyncDispose]());

it('two windows that do everything at once see the same events in the same order, and end in the same state', async () => {
  const [a, b] = await Promise.all([yard.client(), yard.client()]);
  const stop = new AbortController();
  const watch = async (client: typeof a): Promise<string[]> => {
    const seen: string[] = [];
    for await (const { id, event } of client.events(0, stop.signal))
      if (id !== undefined) seen.push(`${String(id)} ${label(event)}`);
    return seen;
  };
  const watchers = [watch(a), watch(b)];
  const { id } = await yard.create(a, 'shared');
  const calls = [a, b].flatMap((client) => [
    client.call('codeServers.start', { params: { id }, body: { wait: true } }),
    client.call('codeServers.patch', { params: { id }, body: { name: 'renamed' } }),
    client.call('codeServers.restart', { params: { id }, body: { wait: true } }),
    client.call('codeServers.stop', { params: { id } }),
  ]);
  for (const { status, reason } of (await Promise.allSettled(calls)) as { status: string; reason?: unknown }[]) {
    // What came too late is refused as such, and a start that the other window stopped is no success.
    if (status === 'rejected') expect(['wrong-state', 'conflict']).toContain((reason as { code: string }).code);
  }
  const last = await yard.until(a, id, ({ state }) => ['running', 'stopped'].includes(state.status));
  expect(await b.call('codeServers.get', { params: { id } })).toMatchObject({ name: 'renamed', state: last.state });
  expect(await yard.processes()).toHaveLength(last.state.status === 'running' ? 1 : 0);
  await b.call('codeServers.delete', { params: { id }, query: {} });
  await expect(a.call('codeServers.get', { params: { id } })).rejects.toMatchObject({ status: 404 });
  const end = (await a.call('codeServers.create', { body: { name: 'marker' } })).id;
  await yard.until(b, end, () => true);
  stop.abort();
  const [seenByA, seenByB] = await Promise.all(watchers);
  expect(seenByA?.length).toBeGreaterThan(4);
  const shorter = Math.min(seenByA?.length ?? 0, seenByB?.length ?? 0);
  expect(seenByA?.slice(0, shorter)).toEqual(seenByB?.slice(0, shorter));
});

function label(event: DevyardEvent): string {
  return 'codeServer' in event ? `${event.type} ${event.codeServer.state.status}` : event.type;
}

it('a client that lost its connection gets exactly what it missed', async () => {
  const client = await yard.client();
  const { id } = await yard.create(client, 'missed');
  const first = await ids(client, 0, 1);
  await client.call('codeServers.start', { params: { id }, body: { wait: true } });
  await client.call('codeServers.stop', { params: { id } });
  const rest = await ids(client, first.at(-1) ?? 0, 3);
  expect(rest).toEqual(rest.map((_, index) => (first.at(-1) ?? 0) + 1 + index));
});

async function ids(client: Awaited<ReturnType<Yard['client']>>, after: number, count: number): Promise<number[]> {
  const stop = new AbortController();
  const seen: number[] = [];
  for await (const { id } of client.events(after, stop.signal)) {
    if (id !== undefined) seen.push(id);
    if (seen.length >= count) stop.abort();
  }
  return seen;
}
