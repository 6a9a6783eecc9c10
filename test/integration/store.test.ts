import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DevyardError } from '../../src/managers/shared/errors.ts';
import { Journal } from '../../src/managers/shared/events/journal.ts';
import type { NumberedEvent } from '../../src/managers/shared/events/types.ts';
import { takeLock } from '../../src/managers/shared/lock.ts';
import { openStore, type Store } from '../../src/managers/shared/store/store.ts';
import { ManualClock } from '../support/manualClock.ts';

let folder: string;
let opened: Store[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devyard-store-'));
  opened = [];
});

afterEach(async () => {
  await Promise.all(opened.map((store) => store.close()));
  await rm(folder, { recursive: true, force: true });
});

async function open(): Promise<Store> {
  const store = await openStore({ file: join(folder, 'devyard.db'), backups: join(folder, 'backups'), now: 1234 });
  opened.push(store);
  return store;
}

async function reopen(): Promise<Store> {
  await opened.pop()?.close();
  return open();
}

const noWrite = async (): Promise<void> => undefined;

function journalOf(store: Store, options: { kept?: number; problems?: unknown[] } = {}) {
  const clock = new ManualClock(1000);
  const { problems = [], ...rest } = options;
  return Journal.open<{ n: number }>(store.database, {
    clock,
    onProblem: (error) => problems.push(error),
    ...rest,
  }).then((journal) => ({ journal, clock, problems }));
}

describe('the store', () => {
  it('is in write-ahead mode and keeps what was committed', async () => {
    const { journal } = await journalOf(await open());
    await journal.intend({ n: 1 }, noWrite);
    const { journal: again } = await journalOf(await reopen());
    expect(again.lastId).toBe(1);
    expect(existsSync(join(folder, 'devyard.db-wal'))).toBe(true);
  });

  it('puts a damaged database aside, whole, and begins a new one', async () => {
    const damaged = randomBytes(8192);
    await writeFile(join(folder, 'devyard.db'), damaged);
    const store = await open();
    expect(store.quarantined?.file).toBe(join(folder, 'devyard.db.corrupt-1234'));
    expect(await readFile(join(folder, 'devyard.db.corrupt-1234'))).toEqual(damaged);
    const { journal } = await journalOf(store);
    await journal.intend({ n: 1 }, noWrite);
    expect(journal.lastId).toBe(1);
  });

  it('notices damage inside a file that still looks like a database', async () => {
    const { journal } = await journalOf(await open());
    for (let n = 0; n < 200; n += 1) await journal.intend({ n }, noWrite);
    await opened.pop()?.close();
    const file = join(folder, 'devyard.db');
    const bytes = await readFile(file);
    bytes.fill(0xff, 4096, 3 * 4096);
    await writeFile(file, bytes);
    expect((await open()).quarantined).toBeDefined();
  });

  it('refuses a database of a newer Devyard and leaves it as it is', async () => {
    await open();
    await opened.pop()?.close();
    const raw = new DatabaseSync(join(folder, 'devyard.db'));
    raw.exec('PRAGMA user_version = 99');
    raw.close();
    await expect(open()).rejects.toMatchObject({ code: 'store-newer' });
    expect((await readdir(folder)).filter((name) => name.includes('corrupt'))).toEqual([]);
  });
});

describe('the journal', () => {
  it('numbers strictly upwards, across daemons, and replays exactly what came after', async () => {
    const { journal } = await journalOf(await open());
    await Promise.all([1, 2, 3].map((n) => journal.intend({ n }, noWrite)));
    const { journal: next } = await journalOf(await reopen());
    const event = await next.observe({ n: 4 }, noWrite);
    expect(event.id).toBe(4);
    expect(next.since(2)?.map(({ id, event: { n } }) => [id, n])).toEqual([
      [3, 3],
      [4, 4],
    ]);
    expect(next.since(4)).toEqual([]);
    expect(next.since(99)).toBeUndefined();
  });

  it('keeps the newest and says when a reader is too late', async () => {
    const { journal } = await journalOf(await open(), { kept: 10 });
    for (let n = 1; n <= 25; n += 1) await journal.intend({ n }, noWrite);
    expect(journal.since(15)?.length).toBe(10);
    expect(journal.since(14)).toBeUndefined();
    const { journal: next } = await journalOf(await reopen(), { kept: 10 });
    expect(next.since(15)?.length).toBe(10);
  });

  it('publishes an intention only when it was written', async () => {
    const store = await open();
    const { journal } = await journalOf(store);
    const seen: NumberedEvent<{ n: number }>[] = [];
    journal.on((event) => seen.push(event));
    await expect(journal.intend({ n: 1 }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(seen).toEqual([]);
    expect((await journal.intend({ n: 2 }, noWrite)).id).toBe(1);
    expect(seen.map(({ event }) => event.n)).toEqual([2]);
  });

  it('publishes a fact at once and writes it when it can', async () => {
    const store = await open();
    const { journal, clock, problems } = await journalOf(store);
    let full = true;
    const write = async (): Promise<void> => {
      if (full) throw new DevyardError('disk-full', 'full');
    };
    const observed = await journal.observe({ n: 1 }, write);
    expect(observed.id).toBe(1);
    expect(problems).toHaveLength(1);
    await expect(journal.intend({ n: 2 }, noWrite)).rejects.toMatchObject({ code: 'disk-full' });
    full = false;
    await clock.advance(5000);
    expect((await journal.intend({ n: 3 }, noWrite)).id).toBe(2);
    const { journal: next } = await journalOf(await reopen());
    expect(next.since(0)?.map(({ event }) => event.n)).toEqual([1, 3]);
  });

  it('says what a full disk means', async ({ skip }) => {
    if (process.getuid?.() !== 0) skip('a small file system can only be mounted by root');
    const mount = join(folder, 'small');
    execFileSync('mkdir', [mount]);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', mount], { stdio: 'pipe' });
    } catch {
      skip('a small file system cannot be mounted here');
    }
    let store: Store | undefined;
    try {
      store = await openStore({ file: join(mount, 'devyard.db'), backups: join(mount, 'b'), now: 1 });
      const { journal } = await journalOf(store);
      await writeFile(join(mount, 'filler'), randomBytes(200 * 1024)).catch(() => undefined);
      const wish = journal.intend({ n: 1 }, async (transaction) => {
        const row = { key: 'x'.repeat(100_000), resource_id: 'r', time: 1 };
        await transaction.insertInto('idempotency_keys').values(row).execute();
      });
      await expect(wish).rejects.toMatchObject({ code: 'disk-full' });
      await rm(join(mount, 'filler'));
      expect((await journal.intend({ n: 2 }, noWrite)).id).toBe(1);
    } finally {
      await store?.close();
      execFileSync('umount', [mount]);
    }
  });
});

describe('the lock', () => {
  it('has one holder, and is free the moment its holder is killed', async () => {
    const file = join(folder, 'daemon.lock');
    const lock = takeLock(file);
    expect(() => takeLock(file)).toThrow(expect.objectContaining({ code: 'conflict' }) as Error);
    const other = `
      const { DatabaseSync } = require('node:sqlite');
      const lock = new DatabaseSync(process.argv[1], { timeout: 0 });
      lock.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE;');
      process.kill(process.pid, 'SIGKILL');`;
    lock.release();
    expect(() => execFileSync(process.execPath, ['-e', other, file], { stdio: 'pipe' })).toThrow('Command failed');
    takeLock(file).release();
  });
});
