import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { UserSettings } from '../../../../src/managers/codeServers/userSettings.ts';
import { type Temporary, temporaryFolder } from '../../../support/temporary.ts';

let folder: Temporary;
let file: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, 'User', 'settings.json');
  await mkdir(join(folder.path, 'User'));
});

afterEach(() => folder[Symbol.asyncDispose]());

it('is not made through a link into a folder that does not exist', async () => {
  await symlink('../nowhere/real.json', file);
  const refused = {
    code: 'conflict',
    message: expect.stringContaining(`${folder.path}/nowhere/real.json`) as string,
  };
  await expect(new UserSettings(file).merge([{ b: 2 }])).rejects.toMatchObject(refused);
  await expect(new UserSettings(file).begin(true)).rejects.toMatchObject(refused);
  expect(await readdir(folder.path)).toEqual(['User']);
});

it('is neither waited for nor replaced when it is a pipe, nor when a folder', async () => {
  await promisify(execFile)('mkfifo', [file]);
  const settings = new UserSettings(file);
  const refused = { code: 'conflict', message: `${file} is no regular file.` };
  await expect(settings.merge([{ a: 1 }])).rejects.toMatchObject(refused);
  expect((await stat(file)).isFIFO()).toBe(true);
  await rm(file);
  await mkdir(file);
  await expect(settings.merge([{ a: 1 }])).rejects.toMatchObject(refused);
  await rm(file, { recursive: true });
  expect(await settings.merge([{ a: 1 }])).toEqual(['a']);
});

it('is not read when it is far too large', async () => {
  await writeFile(file, ' '.repeat(5_000_001));
  const merging = new UserSettings(file).merge([{ a: 1 }]);
  await expect(merging).rejects.toMatchObject({ code: 'conflict', message: `${file} is larger than 5 MB.` });
});
