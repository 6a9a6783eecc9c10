import { execFile } from 'node:child_process';
import { appendFile, chmod, mkdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readAll, Room } from './support.ts';

const run = promisify(execFile);
const MIB = 1024 * 1024;

let room: Room;
beforeEach(async () => {
  room = await Room.make();
});
afterEach(() => room.end());

describe('faults', () => {
  it('goes on when the disk is full and continues when there is room', async (context) => {
    const mount = join(room.dir, 'tiny');
    await mkdir(mount);
    try {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', mount]);
    } catch (error) {
      context.skip(`a small filesystem cannot be mounted: ${String(error)}`);
    }
    const store = await room.open({ dir: mount });
    try {
      const log = await store.open('full');
      const { stdoutFile } = await log.beginRun('run');
      log.append('system', 'before');
      await log.tail(1);
      await writeFile(join(mount, 'ballast'), Buffer.alloc(MIB)).catch(() => undefined);
      for (let at = 0; at < 200; at += 1) log.append('system', `${at} ${'y'.repeat(200)}`);
      const live = await log.tail(1000);
      expect(live).toHaveLength(201);
      expect(room.problems).toEqual([expect.stringMatching(/index\.jsonl cannot be written: ENOSPC/)]);
      await truncate(join(mount, 'ballast'), 0);
      await appendFile(stdoutFile, 'room again\n');
      await log.poke();
      expect(await readAll(log)).toHaveLength(202);
      await store.close();
      const after = await room.open({ dir: mount });
      expect(await readAll(await after.open('full'))).toEqual([
        ...live,
        expect.objectContaining({ text: 'room again', seq: 202 }),
      ]);
      await after.close();
      expect(room.problems).toHaveLength(1);
    } finally {
      await store.close();
      await run('umount', [mount]);
    }
  });

  it('cuts off an index record that a kill tore, and goes on after it', async () => {
    const store = await room.open();
    const log = await store.open('torn');
    log.append('system', 'one');
    await log.tail(1);
    await store.close();
    const index = join(room.dir, 'torn', 'index.jsonl');
    const size = (await stat(index)).size;
    await appendFile(index, `{"t":"line","seq":2,"time":1,"source":"system","text":"${'torn '.repeat(50)}`);
    const next = await room.open();
    const again = await next.open('torn');
    expect((await stat(index)).size).toBe(size);
    again.append('system', 'two');
    const entries = await again.tail(10);
    expect(entries).toMatchObject([
      { seq: 1, text: 'one' },
      { seq: 2, text: 'two' },
    ]);
    await next.close();
    expect(await readAll(await (await room.open()).open('torn'))).toEqual(entries);
    expect(room.problems).toEqual([]);
  });

  it('says as a gap what a damaged index no longer tells', async () => {
    const store = await room.open();
    const log = await store.open('damaged');
    for (const text of ['one', 'two', 'three']) log.append('system', text);
    await log.tail(1);
    await store.close();
    const index = join(room.dir, 'damaged', 'index.jsonl');
    await writeFile(index, (await readFile(index, 'utf8')).replace('"two"', '"two'));
    expect(await readAll(await (await room.open()).open('damaged'))).toMatchObject([
      { seq: 1, text: 'one' },
      { kind: 'gap', seq: 2, droppedLines: 1 },
      { seq: 3, text: 'three' },
    ]);
    expect(room.problems).toEqual([expect.stringMatching(/1 unreadable lines/)]);
  });

  it('says that somebody truncated a file, and goes on', async () => {
    const store = await room.open();
    const log = await store.open('cut');
    const { stdoutFile } = await log.beginRun('run');
    await appendFile(stdoutFile, 'one\ntwo\nbegun');
    await log.poke();
    await truncate(stdoutFile, 0);
    await appendFile(stdoutFile, 'three\n');
    await log.poke();
    expect(room.problems).toEqual([]);
    const expected = [
      expect.objectContaining({ kind: 'gap', seq: 1, droppedLines: 3, droppedBytes: 13 }) as unknown,
      expect.objectContaining({ text: 'three', seq: 4 }) as unknown,
    ];
    expect(await log.tail(10)).toEqual(expected);
    await store.close();
    const again = await (await room.open()).open('cut');
    await again.resumeRun('run');
    expect(await readAll(again)).toEqual(expected);
  });

  it('keeps everything private', async () => {
    const store = await room.open({ dir: join(room.dir, 'logs') });
    const log = await store.open('key');
    const files = await log.beginRun('run');
    await appendFile(files.stdoutFile, 'x\n');
    await log.poke();
    const modes = await Promise.all(
      ['', 'key', 'key/index.jsonl', 'key/run.out', 'key/run.err'].map(async (path) => {
        return (await stat(join(room.dir, 'logs', path))).mode & 0o777;
      }),
    );
    expect(modes).toEqual([0o700, 0o700, 0o600, 0o600, 0o600]);
    await chmod(join(room.dir, 'logs'), 0o755);
    await room.open({ dir: join(room.dir, 'logs') });
    expect((await stat(join(room.dir, 'logs'))).mode & 0o777).toBe(0o700);
  });
});
