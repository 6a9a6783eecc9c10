import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { exited, followUntil, readAll, Room } from './support.ts';

const LINES = 1_000_000;
const MIB = 1024 * 1024;
/** Writes as fast as the file takes it, 50 bytes a line. */
const FLOOD = `
const fs = require('node:fs');
const count = Number(process.argv[1]);
let text = '';
for (let i = 0; i < count; i += 1) {
  text += String(i).padStart(9, '0') + ' the quick brown fox jumps over a dog...\\n';
  if (text.length > 60000) { fs.writeSync(1, text); text = ''; }
}
fs.writeSync(1, text);
`;

let room: Room;
beforeEach(async () => {
  room = await Room.make();
});
afterEach(() => room.end());

/** Peak of heap and buffers over what was in use before, sampled while it runs. */
function watchMemory(): () => number {
  globalThis.gc?.();
  const start = process.memoryUsage().rss;
  let peak = start;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 10);
  return () => {
    clearInterval(timer);
    return (peak - start) / MIB;
  };
}

describe('a child that writes a million lines', () => {
  for (const followers of [0, 1, 10]) {
    it(`loses none of them with ${followers} followers and a stalled one`, async (context) => {
      const store = await room.open({ limits: { runBytes: 200 * MIB } });
      const log = await store.open('flood');
      const files = await log.beginRun('run');
      const stalled = log.follow(0, AbortSignal.timeout(60_000))[Symbol.asyncIterator]();
      const peak = watchMemory();
      const cpu = process.cpuUsage();
      const started = performance.now();
      const readers = Array.from({ length: followers }, async () => {
        let next = 1;
        await followUntil(log, 0, (batch) => {
          for (const entry of batch) {
            if (entry.kind !== 'line' || entry.seq !== next) throw new Error(`${entry.kind} ${entry.seq}, not ${next}`);
            if (Number(entry.text.slice(0, 9)) !== next - 1) throw new Error(`${entry.text} at ${next}`);
            next += 1;
          }
          return next > LINES;
        });
      });
      const child = room.start(FLOOD, files, String(LINES));
      const first = await stalled.next();
      expect(await exited(child)).toBe(0);
      const childTook = performance.now() - started;
      await log.endRun('run');
      const took = performance.now() - started;
      const used = process.cpuUsage(cpu);
      await Promise.all(readers);
      const allTook = performance.now() - started;
      const memory = peak();
      const rate = Math.round(LINES / ((used.user + used.system) / 1e6) / 1000);
      await context.annotate(
        `child ${childTook.toFixed(0)} ms, ingested ${took.toFixed(0)} ms (${rate}k lines/s of CPU time), ` +
          `${followers} followers done ${allTook.toFixed(0)} ms, memory +${memory.toFixed(0)} MiB`,
      );
      expect(log.lastSeq).toBe(LINES);
      expect(first.value?.[0]?.seq).toBe(1);
      // The stalled one goes on where it stood, as if nothing had happened.
      const second = await stalled.next();
      expect(second.value?.[0]?.seq).toBe((first.value?.at(-1)?.seq ?? 0) + 1);
      await stalled.return?.(undefined);
      expect(memory).toBeLessThan(150);
      expect(room.problems).toEqual([]);
    });
  }
});

describe('odd output', () => {
  it('gives a line of 1 MB as one entry and a longer one in pieces that join to it', async () => {
    const log = await (await room.open()).open('long');
    const files = await log.beginRun('run');
    const child = room.start(
      `const fs = require('node:fs');
       fs.writeSync(1, 'a'.repeat(1e6) + '\\n');
       for (let i = 0; i < 100; i += 1) fs.writeSync(1, '\\u20ac'.repeat(1e5));
       fs.writeSync(1, '\\nlast');`,
      files,
    );
    expect(await exited(child)).toBe(0);
    await log.endRun('run');
    const entries = await readAll(log);
    expect(entries[0]).toMatchObject({ text: 'a'.repeat(1e6), seq: 1 });
    const pieces = entries.slice(1, -1);
    expect(pieces.length).toBeGreaterThan(10);
    const text = pieces.map((entry) => (entry.kind === 'line' ? entry.text : '?')).join('');
    expect(text === '\u20ac'.repeat(1e7)).toBe(true);
    expect(pieces.map((entry) => entry.kind === 'line' && entry.continued === true)).toEqual([
      ...pieces.slice(1).map(() => true),
      false,
    ]);
    expect(entries.at(-1)).toMatchObject({ text: 'last' });
  });

  it('keeps its memory when a line of 1 GB comes', async (context) => {
    const log = await (await room.open({ limits: { runBytes: 20 * MIB } })).open('huge');
    const files = await log.beginRun('run');
    const peak = watchMemory();
    const child = room.start(
      `const fs = require('node:fs'); const b = Buffer.alloc(1 << 20, 120);
       for (let i = 0; i < 1024; i += 1) fs.writeSync(1, b);`,
      files,
    );
    expect(await exited(child)).toBe(0);
    await log.endRun('run');
    const memory = peak();
    await context.annotate(`memory +${memory.toFixed(0)} MiB`);
    expect(memory).toBeLessThan(150);
    const entries = await readAll(log);
    const gap = entries[0];
    const kept = entries.slice(1).reduce((sum, entry) => sum + (entry.kind === 'line' ? entry.text.length : 0), 0);
    expect(gap?.kind === 'gap' ? gap.droppedBytes + kept : 0).toBe(1024 * MIB);
  });

  it('takes any bytes there are', async () => {
    const log = await (await room.open()).open('binary');
    const files = await log.beginRun('run');
    const child = room.start(
      `const fs = require('node:fs'); const b = Buffer.alloc(1 << 20);
       let x = 12345; for (let i = 0; i < b.length; i += 1) { x = (x * 1103515245 + 12345) & 0x7fffffff; b[i] = x >> 16; }
       fs.writeSync(1, b); fs.writeSync(2, b.subarray(0, 1000));`,
      files,
    );
    expect(await exited(child)).toBe(0);
    await log.endRun('run');
    const entries = await readAll(log);
    expect(entries.length).toBeGreaterThan(1000);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, at) => at + 1));
    const { readFile } = await import('node:fs/promises');
    const expected = (await readFile(files.stdoutFile)).toString('utf8').split('\n');
    const texts = entries.flatMap((entry) => (entry.kind === 'line' && entry.source === 'stdout' ? [entry.text] : []));
    if (expected.at(-1) === '') expected.pop();
    expect(texts).toEqual(expected.map((line, at) => (at < expected.length - 1 ? line.replace(/\r$/, '') : line)));
  });
});
