import { mkdir, readdir, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eraseHalfWritten, makeFolders, makePrivateDir } from '../../../../src/managers/shared/files.ts';
import { type Temporary, temporaryFolder } from '../../../support/temporary.ts';

let folder: Temporary;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => folder[Symbol.asyncDispose]());

it('makes a folder and what is missing above it, for its owner only, also when two do so at once', async () => {
  const deep = join(folder.path, 'a', 'b', 'c');
  await Promise.all([makePrivateDir(deep), makePrivateDir(deep), makePrivateDir(join(folder.path, 'a', 'd'))]);
  expect((await stat(join(folder.path, 'a'))).mode & 0o777).toBe(0o700);
  expect((await stat(deep)).mode & 0o777).toBe(0o700);
});

it('makes folders behind a link, and none through a link to nowhere', async () => {
  await mkdir(join(folder.path, 'real'));
  await symlink('real', join(folder.path, 'link'));
  await symlink('nowhere', join(folder.path, 'dangling'));
  await makeFolders(join(folder.path, 'link', 'inner'));
  expect(await readdir(join(folder.path, 'real'))).toEqual(['inner']);
  await expect(makeFolders(join(folder.path, 'dangling', 'inner'))).rejects.toMatchObject({ code: 'unavailable' });
});

it.runIf(process.platform === 'linux')('ends where no folder can be made, with a next step', async () => {
  for (const path of ['/proc/devyard', '/proc/devyard/inner', '/proc/self/devyard'])
    await expect(makePrivateDir(path)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('/proc') as string,
      hint: expect.stringMatching(/\w/) as string,
    });
});

it('erases what was half written before, and nothing else', async () => {
  const half = (of: string): string => `${of}.f5c880c2-e41c-4785-9a57-6c9f9e62e62c.tmp`;
  const names = [half('cookie.key'), half('young'), 'notes.tmp', 'token', half('token').replace('f5', 'zz')];
  for (const name of names) {
    await writeFile(join(folder.path, name), 'secret');
    await utimes(join(folder.path, name), 100, 100);
  }
  await mkdir(join(folder.path, half('folder')));
  await utimes(join(folder.path, half('folder')), 100, 100);
  await utimes(join(folder.path, half('young')), 300, 300);
  await eraseHalfWritten(folder.path, 200_000);
  expect((await readdir(folder.path)).toSorted()).toEqual([...names.slice(1), half('folder')].toSorted());
});
