import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eraseLeftovers, fillFolder } from '../../../src/managers/shared/asideFolder.ts';
import { rawZip } from '../../support/rawArchives.ts';
import { Workshop } from './extracting.ts';

let workshop: Workshop;
let target: string;
let unmount: (() => void) | undefined;

beforeEach(async () => {
  workshop = await Workshop.open();
  target = workshop.target;
});

afterEach(async () => {
  unmount?.();
  unmount = undefined;
  await workshop[Symbol.asyncDispose]();
});

const work = async (aside: string): Promise<string> => {
  await writeFile(join(aside, 'file'), 'made');
  return 'result';
};
const conflict = { code: 'conflict', message: expect.stringContaining('target') as string };

it('fills a folder that is missing, or there and empty, which keeps its permissions', async () => {
  expect(await fillFolder(target, work)).toBe('result');
  expect((await stat(target)).mode & 0o777).toBe(0o777 & ~process.umask());
  const empty = join(workshop.parent, 'empty');
  await mkdir(empty, { mode: 0o700 });
  await fillFolder(empty, work);
  expect((await stat(empty)).mode & 0o777).toBe(0o700);
  expect(await workshop.contents()).toEqual({ target: '/', 'target/file': 'made', empty: '/', 'empty/file': 'made' });
});

it('refuses a folder with something in it, a file and a link, before it begins', async () => {
  const begun: string[] = [];
  const note = async (aside: string): Promise<void> => void begun.push(aside);
  await mkdir(target);
  await writeFile(join(target, 'mine'), 'mine');
  await expect(fillFolder(target, note)).rejects.toMatchObject(conflict);
  const link = join(workshop.parent, 'target-link');
  await symlink(workshop.parent, link);
  await expect(fillFolder(link, note)).rejects.toMatchObject(conflict);
  await expect(fillFolder(join(target, 'mine'), note)).rejects.toMatchObject(conflict);
  expect(begun).toEqual([]);
});

it('replaces nothing that came meanwhile', async () => {
  const outcome = fillFolder(target, async (aside) => {
    await work(aside);
    await symlink('elsewhere', target);
  });
  await expect(outcome).rejects.toMatchObject(conflict);
  expect(await workshop.contents()).toEqual({ target: '-> elsewhere' });
});

it('leaves nothing when the work fails or is aborted', async () => {
  const failing = fillFolder(target, async (aside) => {
    await work(aside);
    throw new Error('broken');
  });
  await expect(failing).rejects.toThrow('broken');
  const abort = new AbortController();
  const aborted = fillFolder(
    target,
    async (aside) => {
      await work(aside);
      abort.abort(new Error('enough'));
    },
    { signal: abort.signal },
  );
  await expect(aborted).rejects.toThrow('enough');
  expect(await workshop.contents()).toEqual({});
});

it('of two at once one wins, the other gets a conflict, and nothing is mixed', async () => {
  const archives = ['one', 'two'].map((text) =>
    rawZip(Array.from({ length: 200 }, (_, i) => ({ name: `${text}${i}`, content: text }))),
  );
  await using other = await Workshop.open();
  await Promise.all([workshop, other].map(({ archive }, i) => writeFile(archive, archives[i] ?? '')));
  Object.assign(other, { target });
  const outcomes = await Promise.allSettled([workshop.unpackAgain(), other.unpackAgain()]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: conflict });
  const winner = outcomes[0].status === 'fulfilled' ? 'one' : 'two';
  const names = await readdir(target);
  expect(names).toHaveLength(200);
  expect(names.every((name) => name.startsWith(winner))).toBe(true);
  expect(await readdir(workshop.parent)).toEqual(['target']);
});

it('erases what a killed daemon left, and nothing else', async () => {
  const left = '.devyard-unpacking-01234567-89ab-cdef-0123-456789abcdef';
  await mkdir(join(workshop.parent, left, 'target', 'deep'), { recursive: true });
  await mkdir(join(workshop.parent, '.devyard-unpacking-mine'));
  await mkdir(join(target, 'kept'), { recursive: true });
  await symlink(target, join(workshop.parent, left.replace('0', '1')));
  await eraseLeftovers(workshop.parent);
  await eraseLeftovers(join(workshop.parent, 'missing'));
  expect((await readdir(workshop.parent)).toSorted()).toEqual(
    ['.devyard-unpacking-mine', left.replace('0', '1'), 'target'].toSorted(),
  );
  expect(await readdir(target)).toEqual(['kept']);
});

it.each([
  ['many small files', Array.from({ length: 600 }, (_, i) => ({ name: `f${i}`, content: Buffer.alloc(8192, i) }))],
  ['one large file', [{ name: 'large', content: Buffer.alloc(4 * 2 ** 20, 'x') }]],
])('says that the disk is full, and leaves nothing on it: %s', async (_, entries) => {
  await writeFile(workshop.archive, rawZip(entries));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=700', 'tmpfs', workshop.parent], { stdio: 'pipe' });
    unmount = () => execFileSync('umount', [workshop.parent]);
  } catch {
    return expect(process.getuid?.()).not.toBe(0);
  }
  await expect(workshop.unpackAgain()).rejects.toMatchObject({ code: 'disk-full' });
  expect(await workshop.contents()).toEqual({});
  await writeFile(join(workshop.parent, 'again'), Buffer.alloc(2 ** 20));
  expect(await readFile(join(workshop.parent, 'again'))).toHaveLength(2 ** 20);
});
