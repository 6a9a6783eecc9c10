import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRunRecord, RunRecords } from '../../../../../src/managers/shared/processes/runRecords.ts';
import type { RunRecord } from '../../../../../src/managers/shared/processes/types.ts';

const intent: RunRecord = {
  runId: '0198a1b2-0000-7000-8000-000000000001',
  resource: 'codeServer:1',
  hostId: 'host',
  bootId: 'boot',
  command: ['node', 'entry.js', 'päth with "quotes"\n'],
  intendedAt: 1_763_690_000_000,
};
const identity = { pid: 4242, startTime: '987654', bootId: 'boot' };

describe('RunRecords', () => {
  let folder: string;
  let records: RunRecords;
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'devyard-records-')), 'runs');
    records = new RunRecords(folder);
  });
  afterEach(() => rm(join(folder, '..'), { recursive: true }));

  it('has nothing where there is no folder yet', async () => {
    expect(await records.list()).toEqual({ records: [], corrupt: [] });
    await records.remove(intent.runId);
  });

  it('keeps intent, start and end, for its owner only', async () => {
    await records.writeIntent(intent);
    expect(await records.list()).toEqual({ records: [intent], corrupt: [] });
    await records.writeStarted(intent, identity);
    expect(await records.list()).toEqual({ records: [{ ...intent, pid: 4242, startTime: '987654' }], corrupt: [] });
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, `${intent.runId}.json`))).mode & 0o777).toBe(0o600);
    await records.remove(intent.runId);
    expect(await readdir(folder)).toEqual([]);
  });

  it('keeps the ports that a run was told to use, and refuses what is none', async () => {
    const served = { ...intent, ports: { own: 15_173, debug: 9229 } };
    await records.writeIntent(served);
    await records.writeStarted(served, identity);
    expect((await records.list()).records).toMatchObject([{ ports: { own: 15_173, debug: 9229 }, pid: 4242 }]);
    expect(parseRunRecord(JSON.stringify({ ...intent, ports: { own: 70_000 } }))).toMatch(/own/);
  });

  it('sets torn and foreign files aside and reports them', async () => {
    await records.writeIntent(intent);
    const whole = await readFile(join(folder, `${intent.runId}.json`), 'utf8');
    const torn = join(folder, 'torn.json');
    await writeFile(torn, whole.slice(0, 40));
    await writeFile(join(folder, 'renamed.json'), whole);
    const list = await records.list();
    expect(list.records).toEqual([intent]);
    expect(list.corrupt).toEqual([
      { file: join(folder, 'renamed.json.corrupt'), reason: `it is the record of run ${intent.runId}` },
      { file: `${torn}.corrupt`, reason: expect.stringMatching(/no JSON/) as string },
    ]);
    expect(await readFile(`${torn}.corrupt`, 'utf8')).toBe(whole.slice(0, 40));
    await writeFile(torn, 'again');
    expect((await records.list()).corrupt.map((each) => each.file)).toEqual([`${torn}.2.corrupt`]);
    expect(await records.list()).toEqual({ records: [intent], corrupt: [] });
  });

  it('reports a file that cannot be read and leaves it', async () => {
    await mkdir(join(folder, 'folder.json'), { recursive: true });
    expect((await records.list()).corrupt).toEqual([
      { file: join(folder, 'folder.json'), reason: expect.stringMatching(/EISDIR/) as string },
    ]);
    expect(await readdir(folder)).toEqual(['folder.json']);
  });

  it('removes what a killed daemon did not finish, but no write that is going on', async () => {
    await mkdir(folder);
    await writeFile(join(folder, '.old.tmp'), '{');
    const ids = Array.from({ length: 20 }, (_, index) => `run-${index}`);
    const writes = Promise.all(ids.map((runId) => records.writeIntent({ ...intent, runId })));
    await Promise.all([writes, ...Array.from({ length: 5 }, () => records.list())]);
    expect((await readdir(folder)).sort()).toEqual(ids.map((runId) => `${runId}.json`).sort());
  });

  it('keeps the order of what is asked for one run', async () => {
    await Promise.all([
      records.writeIntent(intent),
      records.writeStarted(intent, identity),
      records.remove(intent.runId),
      records.writeIntent(intent),
      records.remove(intent.runId),
    ]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a run id that leads out of the folder', async () => {
    for (const runId of ['', '../x', 'a/b', '.hidden', 'a\0', 'x'.repeat(200)]) {
      await expect(records.writeIntent({ ...intent, runId })).rejects.toMatchObject({
        code: 'invalid',
        field: 'runId',
      });
      await expect(records.remove(runId)).rejects.toMatchObject({ code: 'invalid' });
    }
  });

  it('says where it cannot write', async () => {
    await writeFile(folder, 'a file, no folder');
    await expect(records.writeIntent(intent)).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining(folder) as string,
    });
  });
});

describe('parseRunRecord', () => {
  it('reads any record back and refuses any beginning of it', () => {
    const arbitrary = fc.record({
      runId: fc.uuid(),
      resource: fc.string(),
      hostId: fc.string(),
      bootId: fc.string(),
      command: fc.array(fc.string()),
      intendedAt: fc.nat(),
    });
    fc.assert(
      fc.property(arbitrary, fc.nat(), (record, cut) => {
        const text = JSON.stringify(record);
        expect(parseRunRecord(text)).toEqual(record);
        expect(typeof parseRunRecord(text.slice(0, cut % text.length))).toBe('string');
      }),
    );
  });

  it('refuses pids that no child can have', () => {
    for (const pid of [1, 0, -5, 1.5, '5', null])
      expect(typeof parseRunRecord(JSON.stringify({ ...intent, pid }))).toBe('string');
  });
});
