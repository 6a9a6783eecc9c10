import { appendFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { canPunchHoles, copyTruncateFreer } from '../../../src/managers/shared/logs/holes.ts';
import type { LogEntry } from '../../../src/managers/shared/logs/types.ts';
import { exited, followUntil, readAll, Room } from './support.ts';

const MIB = 1024 * 1024;
const LINES = 600_000;
const LINE_BYTES = 50;
const FLOOD = `
const fs = require('node:fs');
for (let i = 0; i < ${LINES};) {
  let text = '';
  for (let n = 0; n < 1000; n += 1, i += 1) text += String(i).padStart(9, '0') + ' the quick brown fox jumps over a dog...\\n';
  fs.writeSync(1, text);
}
`;

let room: Room;
beforeEach(async () => {
  room = await Room.make();
});
afterEach(() => room.end());

async function diskBytes(folder: string): Promise<number> {
  let sum = 0;
  for (const name of await readdir(folder)) sum += (await stat(join(folder, name))).blocks * 512;
  return sum;
}

function check(entries: readonly LogEntry[]): { dropped: number; kept: number } {
  const [gap, ...lines] = entries;
  if (gap?.kind !== 'gap') throw new Error('no gap');
  const texts = lines.map((entry) => (entry.kind === 'line' ? Number(entry.text.slice(0, 9)) : -1));
  expect(texts).toEqual(texts.map((_, at) => LINES - texts.length + at));
  expect(gap.seq).toBe(1);
  expect(gap.droppedLines).toBe(LINES - lines.length);
  expect(gap.droppedBytes).toBe((LINES - lines.length) * LINE_BYTES);
  expect(lines[0]?.seq).toBe(gap.droppedLines + 1);
  return { dropped: gap.droppedLines, kept: lines.length };
}

describe('the limit of a run', () => {
  it('keeps the newest lines, says exactly what is missing and frees the blocks', async (context) => {
    if (!(await canPunchHoles(room.dir))) context.skip('no holes can be punched in this filesystem');
    const log = await (await room.open({ limits: { runBytes: 4 * MIB } })).open('flood');
    const files = await log.beginRun('run');
    expect(await exited(room.start(FLOOD, files))).toBe(0);
    await log.endRun('run');
    const { dropped, kept } = check(await readAll(log));
    expect(kept * LINE_BYTES).toBeGreaterThan(3 * MIB);
    const disk = await diskBytes(join(room.dir, 'flood'));
    await context.annotate(`${dropped} lines dropped, ${kept} kept, ${(disk / MIB).toFixed(1)} MiB on disk`);
    expect(disk).toBeLessThan(5 * MIB);
    expect((await stat(files.stdoutFile)).size).toBe(LINES * LINE_BYTES);
    expect(await log.tail(100_000)).toEqual((await readAll(log)).slice(-100_000));
    expect(room.problems).toEqual([]);
  });

  it('does so without holes too, when the child pauses', async () => {
    const store = await room.open({ limits: { runBytes: 4 * MIB }, freer: copyTruncateFreer });
    const log = await store.open('flood');
    const files = await log.beginRun('run');
    for (let at = 0; at < LINES; at += 20_000) {
      const numbers = Array.from({ length: 20_000 }, (_, index) => String(at + index).padStart(9, '0'));
      await appendFile(files.stdoutFile, numbers.map((n) => `${n} the quick brown fox jumps over a dog...\n`).join(''));
      await log.poke();
    }
    await log.endRun('run');
    check(await readAll(log));
    expect(await diskBytes(join(room.dir, 'flood'))).toBeLessThan(6 * MIB);
    await store.close();
    const again = await (await room.open({ limits: { runBytes: 4 * MIB } })).open('flood');
    check(await readAll(again));
    expect(room.problems).toEqual([]);
  });

  it('shows a reader who had seen a part only what is still missing', async () => {
    const log = await (await room.open({ limits: { runBytes: 4 * MIB } })).open('flood');
    const files = await log.beginRun('run');
    expect(await exited(room.start(FLOOD, files))).toBe(0);
    await log.endRun('run');
    const whole = (await readAll(log))[0];
    const seen: LogEntry[] = [];
    await followUntil(log, 1000, (batch) => seen.push(...batch) > 0);
    expect(seen[0]).toMatchObject({ kind: 'gap', seq: 1001 });
    expect(seen[0]?.kind === 'gap' && whole?.kind === 'gap' && whole.droppedLines - seen[0].droppedLines).toBe(1000);
  });

  it('never gives rubbish to readers of the very place where it drops', async (context) => {
    const log = await (await room.open({ limits: { runBytes: MIB, ringLines: 10 } })).open('flood');
    const files = await log.beginRun('run');
    const child = room.start(FLOOD, files);
    let rounds = 0;
    const readers = Array.from({ length: 4 }, async () => {
      while (log.lastSeq < LINES) {
        let next = 1;
        let batches = 0;
        await followUntil(log, 0, (batch) => {
          for (const entry of batch) {
            if (entry.seq !== next) throw new Error(`${entry.seq}, not ${next}`);
            if (entry.kind === 'line' && Number(entry.text.slice(0, 9)) !== next - 1)
              throw new Error(`${next}: ${entry.text}`);
            next += entry.kind === 'gap' ? entry.droppedLines : 1;
          }
          batches += 1;
          return batches === 4 || next > LINES;
        });
        rounds += 1;
      }
    });
    expect(await exited(child)).toBe(0);
    await log.endRun('run');
    await Promise.all(readers);
    await context.annotate(`${rounds} rounds`);
    expect(rounds).toBeGreaterThan(20);
  });

  it('bounds the index of many single lines, and what is said at length by Devyard itself', async () => {
    const store = await room.open({ limits: { runBytes: 256 * 1024 } });
    const log = await store.open('slow');
    const files = await log.beginRun('run');
    for (let at = 0; at < 6000; at += 1) {
      await appendFile(files.stdoutFile, `${at}\n`);
      await log.poke();
    }
    for (let at = 0; at < 6000; at += 1) log.append('system', `said ${at}`);
    await log.endRun('run');
    await log.poke();
    const index = join(room.dir, 'slow', 'index.jsonl');
    expect((await stat(index)).size).toBeLessThan(2 * 256 * 1024);
    const entries = await readAll(log);
    expect(entries.filter(({ kind }) => kind === 'gap')).toHaveLength(1);
    expect(entries.at(-1)).toMatchObject({ text: 'said 5999', seq: 12_000 });
    await store.close();
    expect(await readAll(await (await room.open()).open('slow'))).toEqual(entries);
    expect(room.problems).toEqual([]);
  });
});

describe('the limit of all logs', () => {
  it('removes whole ended runs, oldest first, across resources, and lets live ones be', async () => {
    const first = await room.open({ limits: { runBytes: MIB } });
    const text = 'x'.repeat(99);
    const makeRun = async (store: typeof first, key: string, runId: string, end: boolean): Promise<void> => {
      const log = await store.open(key);
      const { stdoutFile } = await log.beginRun(runId);
      await appendFile(stdoutFile, `${text}\n`.repeat(5000));
      await (end ? log.endRun(runId) : log.poke());
    };
    await makeRun(first, 'live', 'old', false);
    for (const at of [1, 2, 3]) await makeRun(first, 'a', `run-${at}`, true);
    await makeRun(first, 'b', 'run-1', true);
    await first.close();
    // 5 runs of 500 KB are there; the next daemon has a smaller limit and notices when something is added.
    const store = await room.open({ limits: { runBytes: MIB, totalBytes: 2.5 * MIB } });
    await (await store.open('live')).resumeRun('old');
    await makeRun(store, 'b', 'run-2', true);
    // Nobody waits for that look, and closing ends it early.
    await expect.poll(() => readdir(join(room.dir, 'a'))).toEqual(['index.jsonl', 'run-3.out']);
    await store.close();
    const after = await room.open();
    const a = await readAll(await after.open('a'));
    expect(a[0]).toEqual({
      kind: 'gap',
      seq: 1,
      time: expect.any(Number) as number,
      droppedLines: 10_000,
      droppedBytes: 1_000_000,
    });
    expect(a).toHaveLength(5001);
    expect((await readAll(await after.open('live'))).length).toBe(5000);
    expect((await readAll(await after.open('b'))).length).toBe(10_000);
    expect(room.problems).toEqual([]);
  });

  it('shows a removed run neither from memory nor from disk', async () => {
    const store = await room.open({
      limits: { totalBytes: 2 * MIB, ringLines: 100_000, ringBytes: 100 * MIB },
    });
    const log = await store.open('a');
    const first = await log.beginRun('run-1');
    await appendFile(first.stdoutFile, `${'x'.repeat(99)}\n`.repeat(10_000));
    await log.endRun('run-1');
    const second = await log.beginRun('run-2');
    for (let at = 0; at < 12; at += 1) {
      await appendFile(second.stdoutFile, `${'y'.repeat(99)}\n`.repeat(1000));
      await log.poke();
    }
    await expect.poll(async () => (await log.tail(100_000))[0]).toMatchObject({ kind: 'gap', droppedLines: 10_000 });
    const entries = await log.tail(100_000);
    expect(entries).toHaveLength(12_001);
    await store.close();
    expect(await readAll(await (await room.open()).open('a'))).toEqual(entries);
  });

  it('shrinks live runs when nothing else is left', async () => {
    const store = await room.open({ limits: { runBytes: 4 * MIB, totalBytes: 2 * MIB } });
    const log = await store.open('live');
    const { stdoutFile } = await log.beginRun('run');
    for (let at = 0; at < 30; at += 1) {
      await appendFile(stdoutFile, `${'x'.repeat(99)}\n`.repeat(1000));
      await log.poke();
    }
    await store.close();
    expect(await diskBytes(join(room.dir, 'live'))).toBeLessThan(2.5 * MIB);
  });
});
