import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { diskError, makePrivateDir } from '../../../../src/managers/shared/files.ts';
import { secretFromFile } from '../../../../src/managers/shared/secretFile.ts';
import { type Temporary, temporaryFolder } from '../../../support/temporary.ts';

let folder: Temporary;
let path: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder.path, 'secret');
});

afterEach(() => folder[Symbol.asyncDispose]());

it('makes a secret for its owner only, and gives it again', async () => {
  const secret = await secretFromFile(path, 'cookie key');
  expect(secret).toMatch(/^[\w-]{43}$/);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await secretFromFile(path, 'cookie key')).toBe(secret);
});

it('calls a short cookie key by its name, and wants more of it than of a token', async () => {
  await writeFile(path, 'x'.repeat(20), { mode: 0o600 });
  expect(await secretFromFile(path)).toHaveLength(20);
  await expect(secretFromFile(path, 'cookie key')).rejects.toMatchObject({
    code: 'invalid',
    field: undefined,
    message: `The cookie key file ${path} does not hold a cookie key of at least 32 printable characters.`,
  });
});

it('names the folder that is missing, and how to make it', async () => {
  const deep = join(path, 'token');
  await expect(secretFromFile(deep)).rejects.toMatchObject({
    code: 'unavailable',
    message: `The folder of ${deep} does not exist.`,
    hint: `Make it: mkdir -p ${dirname(deep)}`,
  });
});

it('says so when a folder lies in its place', async () => {
  await mkdir(path);
  await expect(secretFromFile(path)).rejects.toMatchObject({ code: 'unavailable', hint: expect.any(String) as string });
});

it('says so when a file lies where a folder should be made', async () => {
  await writeFile(path, '');
  const expected = { code: 'unavailable', message: expect.stringContaining('is a file, not a folder') as string };
  await expect(makePrivateDir(path)).rejects.toMatchObject(expected);
  await expect(makePrivateDir(join(path, 'inner'))).rejects.toMatchObject(expected);
});

it.each(['EROFS', 'EACCES', 'ENOSPC'])('has a next step for %s', (code) => {
  const error = diskError(Object.assign(new Error('words'), { code }), '/data');
  expect(error).toMatchObject({ hint: expect.stringMatching(/\w/) as string });
});

it('leaves alone what it knows nothing of', () => {
  const error = new Error('words');
  expect(diskError(error, '/data')).toBe(error);
});
