import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { project, serverProcess } from './devManifest.ts';
import { startProject } from './devYard.ts';
import { Yard } from './yard.ts';

let yard: Yard;

beforeEach(async () => {
  yard = await Yard.open();
  await yard.start();
});
afterEach(() => yard[Symbol.asyncDispose]());

/** System calls that read and write, and how often the main thread went to sleep. */
async function doings(pid: number): Promise<Readonly<Record<string, number>>> {
  const [io, status] = await Promise.all(
    ['io', 'status'].map((name) => readFile(`/proc/${String(pid)}/${name}`, 'utf8')),
  );
  const of = (text = '', name: string): number => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1]);
  return {
    reads: of(io, 'syscr'),
    writes: of(io, 'syscw'),
    wakes: of(status, 'voluntary_ctxt_switches'),
  };
}

it('nothing happens while projects are up and nothing changes', async () => {
  const client = await yard.client();
  const watched = { command: ['node', '-e', '0'], watch: { include: ['src/**'] } };
  const up = await project(client, join(yard.path, 'up'), {
    processes: { server: serverProcess({ dependsOn: ['build'] }) },
    builds: { build: watched },
    external: { devinfo: 'state/.devinfo' },
  });
  await project(client, join(yard.path, 'added'), {
    processes: { server: serverProcess() },
    builds: { build: watched },
  });
  await startProject(client, up.id);
  client.close();
  const pid = yard.child?.pid ?? 0;
  // What the start left to do is done when nothing has happened for a while.
  let [before, after] = [await doings(pid), await doings(pid)];
  for (let round = 0; round < 10; round += 1) {
    before = await doings(pid);
    await pause(3000);
    after = await doings(pid);
    if (after['wakes'] === before['wakes']) break;
  }
  expect(after).toEqual(before);
});
