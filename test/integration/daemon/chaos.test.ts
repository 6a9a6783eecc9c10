import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import type { CodeServer } from '../../../src/api/contract/codeServers.ts';
import { Yard } from './yard.ts';

const kills = 50;
const servers = 3;

/** What may be under way when the daemon is killed; refusals are answers, too. */
const operations = [
  (client: DevyardClient, id: string) => client.call('codeServers.start', { params: { id }, body: {} }),
  (client: DevyardClient, id: string) => client.call('codeServers.start', { params: { id }, body: { wait: true } }),
  (client: DevyardClient, id: string) => client.call('codeServers.stop', { params: { id } }),
  (client: DevyardClient, id: string) => client.call('codeServers.restart', { params: { id }, body: {} }),
  (client: DevyardClient, id: string) =>
    client.call('codeServers.patch', { params: { id }, body: { name: `n${String(Date.now())}` } }),
];

/** Same seed, same operations: printed, so that a failure can be had again. */
const seed = Number(process.env['DEVYARD_CHAOS_SEED'] ?? Date.now() % 100_000);

const plan = fc.sample(
  fc.record({
    steps: fc.array(
      fc.record({
        server: fc.integer({ min: 0, max: servers - 1 }),
        operation: fc.integer({ min: 0, max: operations.length - 1 }),
      }),
      { minLength: 3, maxLength: 8, size: 'max' },
    ),
    /** The daemon is killed at this many state events after the operations began, or when there is nothing left to come. */
    events: fc.integer({ min: 0, max: 12 }),
  }),
  { numRuns: kills, seed },
);

it(
  `survives ${String(kills)} kills in the middle of random operations (seed ${String(seed)})`,
  { timeout: 240_000 },
  async () => {
    await using yard = await Yard.open();
    await yard.start();
    let client = await yard.client();
    const ids = await Promise.all(
      Array.from(
        { length: servers },
        async (_, n) => (await yard.create(client, `chaos${String(n)}`, { spam: { perSecond: 200 } })).id,
      ),
    );
    /** How far each log had come: a log never gets shorter. */
    const logged = new Map(ids.map((id) => [id, 0]));
    let adopted = 0;
    for (const { steps, events } of plan) {
      const before = client;
      const enough = countEvents(before, events);
      const calls = Promise.allSettled(
        steps.map(async ({ server, operation }) => operations[operation]?.(before, ids[server] ?? '')),
      );
      await Promise.race([enough, calls]);
      await yard.kill();
      await Promise.all([calls, enough]);
      const check = new DatabaseSync(join(yard.dataDir, 'devyard.db'), { readOnly: true });
      expect(check.prepare('PRAGMA quick_check').get()).toEqual({ quick_check: 'ok' });
      check.close();
      expect((await yard.start()).ready).toBe(true);
      client = await yard.client();
      adopted += await expectTruth(yard, client);
      for (const id of ids) {
        const { entries, lastSeq } = await client.call('codeServers.logs', { params: { id }, query: { lines: 1 } });
        expect(lastSeq).toBeGreaterThanOrEqual(logged.get(id) ?? 0);
        expect(entries.length).toBe(Math.min(1, lastSeq));
        logged.set(id, lastSeq);
      }
    }
    const { problems } = await client.call('daemon.get', {});
    expect(problems).toEqual([]);
    expect(adopted).toBeGreaterThan(kills / 2);
    await Promise.all(ids.map((id) => client.call('codeServers.stop', { params: { id } }).catch(() => undefined)));
    expect(await yard.processes()).toEqual([]);
    for (const id of ids) await expectWholeLog(client, id);
  },
);

/** Resolves after so many state events, or when the connection breaks. */
async function countEvents(client: DevyardClient, count: number): Promise<void> {
  const stop = new AbortController();
  let seen = 0;
  try {
    for await (const { id } of client.events(undefined, stop.signal)) {
      if (id !== undefined) seen += 1;
      if (seen >= count) stop.abort();
    }
  } catch {
    // The daemon was killed meanwhile.
  }
}

/** What is shown running has that very process; no process belongs to nobody. Gives the number of adopted ones. */
async function expectTruth(yard: Yard, client: DevyardClient): Promise<number> {
  // A start or a stop that was interrupted goes on; then everything must be settled.
  const settled: CodeServer[] = [];
  for (const { id } of await client.call('codeServers.list', {})) {
    settled.push(await yard.until(client, id, ({ state }) => ['running', 'stopped', 'failed'].includes(state.status)));
  }
  const pids: number[] = [];
  for (const { state } of settled) {
    expect(state).not.toMatchObject({ status: 'failed' });
    if (state.status !== 'running') continue;
    pids.push(state.run.pid);
    expect(await readFile(`/proc/${String(state.run.pid)}/environ`, 'utf8')).toContain(
      `DEVYARD_RUN=${state.run.runId}`,
    );
  }
  expect([...(await yard.processes())].toSorted((a, b) => a - b)).toEqual(pids.toSorted((a, b) => a - b));
  return pids.length;
}

/** Each run numbers its lines from 1: a number that is not the next one, or the first one, is a lost or doubled line. */
async function expectWholeLog(client: DevyardClient, id: string): Promise<void> {
  const { entries } = await client.call('codeServers.logs', { params: { id }, query: { lines: 100_000 } });
  let last = 0;
  let count = 0;
  for (const entry of entries) {
    expect(entry.kind).toBe('line');
    const match = entry.kind === 'line' ? /^spam (\d+)/.exec(entry.text) : null;
    if (match === null) continue;
    const number = Number(match[1]);
    expect(number === last + 1 || number === 1).toBe(true);
    last = number;
    count += 1;
  }
  const seqs = entries.map((entry) => entry.seq);
  expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  expect(new Set(seqs).size).toBe(seqs.length);
  expect(count).toBeGreaterThan(0);
}
