import { appendFile, copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { StreamFile } from '../../../../../src/managers/shared/logs/streamFile.ts';

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'logs-'));
  path = join(dir, 'run.out');
  await writeFile(path, '0123456789');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function reopened(base: number): Promise<StreamFile> {
  const file = new StreamFile(path, base);
  await file.adoptKept(await readdir(dir));
  return file;
}

const read = async (file: StreamFile, from: number, to: number): Promise<string> =>
  (await file.read(from, to)).toString();

describe('a file that is truncated because holes cannot be punched', () => {
  it('keeps its offsets', async () => {
    const file = new StreamFile(path, 0);
    await file.copyTruncate(4);
    await appendFile(path, 'abc');
    expect(await file.end()).toBe(13);
    expect(await read(file, 4, 13)).toBe('456789abc');
    expect(await read(file, 2, 13)).toBe('');
    await file.copyTruncate(8);
    await appendFile(path, 'XYZ');
    expect(await read(file, 8, 16)).toBe('89abcXYZ');
    expect((await readdir(dir)).toSorted()).toEqual(['run.out', 'run.out.kept-8-13']);
  });

  it('is taken up where a kill left it: after the truncation, before the record of it', async () => {
    await new StreamFile(path, 0).copyTruncate(4);
    await appendFile(path, 'abc');
    const file = await reopened(0);
    expect(file.base).toBe(10);
    expect(await read(file, 4, 13)).toBe('456789abc');
  });

  it('is taken up where a kill left it: after the copy, before the truncation', async () => {
    await copyFile(path, join(dir, 'whole'));
    await new StreamFile(path, 0).copyTruncate(4);
    await copyFile(join(dir, 'whole'), path);
    await appendFile(path, 'abc');
    const file = await reopened(0);
    expect(file.base).toBe(0);
    expect(await read(file, 4, 13)).toBe('456789abc');
    expect(await readdir(dir)).not.toContain('run.out.kept-4-10');
  });

  it('lets an older copy go that a kill left behind', async () => {
    const first = new StreamFile(path, 0);
    await first.copyTruncate(4);
    await copyFile(join(dir, 'run.out.kept-4-10'), join(dir, 'old'));
    await appendFile(path, 'abc');
    await first.copyTruncate(8);
    await copyFile(join(dir, 'old'), join(dir, 'run.out.kept-4-10'));
    const file = await reopened(10);
    expect(file.base).toBe(13);
    expect(await read(file, 8, 13)).toBe('89abc');
    expect(await readdir(dir)).not.toContain('run.out.kept-4-10');
  });
});
