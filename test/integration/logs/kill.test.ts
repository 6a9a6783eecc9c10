import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { LogEntry, ResourceLog } from '../../../src/managers/shared/logs/types.ts';
import { exited, readAll, Room } from './support.ts';

const MIB = 1024 * 1024;
const KILLS = 12;
/** Writes numbered lines to both files until its input ends, with pauses in the middle of lines and characters. */
const STEADY = `
const fs = require('node:fs');
let i = 0;
let isOver = false;
process.stdin.on('end', () => { isOver = true; }).resume();
const tick = () => {
  let text = '';
  for (let n = 0; n < 1000; n += 1, i += 1) text += 'out ' + i + ' \\u20ac\\n';
  const bytes = Buffer.from(text);
  const cut = bytes.length - 3;
  fs.writeSync(1, bytes.subarray(0, cut));
  fs.writeSync(2, 'err ' + i + '\\n');
  fs.writeSync(1, bytes.subarray(cut));
  if (!isOver || i < 300000) setTimeout(tick, 10);
  else fs.writeFileSync(process.argv[1], String(i));
};
tick();
`;

let room: Room;
beforeEach(async () => {
  room = await Room.make();
});
afterEach(() => room.end());

/** Kills one daemon after the other, at moments that move through its work, while a child writes; then lets it end. */
async function killWhileWriting(limits: object): Promise<{ log: ResourceLog; count: number }> {
  const options = { dir: join(room.dir, 'logs'), limits };
  const before = await room.open(options);
  const files = await (await before.open('killed')).beginRun('run');
  await before.close();
  const child = room.start(STEADY, files, join(room.dir, 'count'));
  for (let kill = 0; kill < KILLS; kill += 1) {
    const daemon = room.adopt(
      spawn(
        process.execPath,
        [
          '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
          join(import.meta.dirname, 'daemonProcess.mts'),
          options.dir,
          join(room.dir, 'notes'),
          JSON.stringify(limits),
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      ),
    );
    await Promise.race([once(daemon.stdout ?? daemon, 'data'), exited(daemon)]);
    expect(daemon.exitCode).toBeNull();
    // The pause is what is being varied: each daemon is hit at another point of its reading and writing.
    await new Promise((resolve) => {
      setTimeout(resolve, (kill * 13) % 120);
    });
    daemon.kill('SIGKILL');
    await exited(daemon);
  }
  child.stdin?.end();
  expect(await exited(child)).toBe(0);
  const log = await (await room.open(options)).open('killed');
  await log.resumeRun('run');
  await log.endRun('run');
  return { log, count: Number(await readFile(join(room.dir, 'count'), 'utf8')) };
}

async function notesMatch(entries: readonly LogEntry[]): Promise<number> {
  const texts = new Map(entries.map((entry) => [entry.seq, entry.kind === 'line' ? entry.text : undefined]));
  const lines = (await readFile(join(room.dir, 'notes'), 'utf8')).split('\n').slice(0, -1);
  let checked = 0;
  for (const line of lines) {
    const [, seq = '', text] = /^(\d+) (.*)$/.exec(line) ?? [];
    const now = texts.get(Number(seq));
    // A note whose writing the kill cut in two tells nothing; a dropped line neither.
    if (now === undefined || text === undefined) continue;
    expect(`${seq} ${now}`).toBe(line);
    checked += 1;
  }
  return checked;
}

const textsOf = (entries: readonly LogEntry[], source: string): string[] =>
  entries.flatMap((entry) => (entry.kind === 'line' && entry.source === source ? [entry.text] : []));

describe('a daemon that is killed again and again', () => {
  it('loses no line and gives none twice, and published numbers stay what they were', async (context) => {
    const { log, count } = await killWhileWriting({ runBytes: 500 * MIB });
    const entries = await readAll(log);
    expect(entries.every(({ seq }, at) => seq === at + 1)).toBe(true);
    const out = textsOf(entries, 'stdout');
    expect(out.length).toBe(count);
    expect(out.every((text, at) => text === `out ${at} €`)).toBe(true);
    const err = textsOf(entries, 'stderr');
    expect(err).toEqual(Array.from({ length: count / 1000 }, (_, at) => `err ${(at + 1) * 1000}`));
    expect(textsOf(entries, 'system').length).toBeLessThanOrEqual(KILLS);
    const checked = await notesMatch(entries);
    await context.annotate(`${KILLS} kills, ${entries.length} entries, ${checked} published numbers compared`);
    expect(checked).toBeGreaterThan(0);
    expect(room.problems).toEqual([]);
  });

  it('keeps count of what the limit dropped', async (context) => {
    const { log, count } = await killWhileWriting({ runBytes: MIB });
    const all = await readAll(log);
    // What a daemon said before the first line of the run stays.
    const at = all.findIndex((entry) => entry.kind === 'gap');
    expect(textsOf(all.slice(0, at), 'system')).toHaveLength(at);
    const [gap, ...rest] = all.slice(at);
    expect(gap).toMatchObject({ kind: 'gap', seq: at + 1 });
    expect(rest.every(({ kind }) => kind === 'line')).toBe(true);
    const dropped = gap?.kind === 'gap' ? gap.droppedLines : 0;
    expect(rest.every(({ seq }, index) => seq === at + 1 + dropped + index)).toBe(true);
    const out = textsOf(rest, 'stdout');
    expect(out.every((text, index) => text === `out ${count - out.length + index} €`)).toBe(true);
    await notesMatch(all);
    await context.annotate(`${KILLS} kills, ${out.length} lines kept, ${dropped} dropped`);
    expect(dropped).toBeGreaterThan(100_000);
    expect(room.problems).toEqual([]);
  });
});
