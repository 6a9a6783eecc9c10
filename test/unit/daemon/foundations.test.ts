import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { foundationsOf } from '../../../src/daemon/foundations.ts';
import { locationsOf } from '../../../src/managers/shared/locations.ts';
import { type Temporary, temporaryFolder } from '../../support/temporary.ts';

let folder: Temporary;
let data: string;
let problems: unknown[];

beforeEach(async () => {
  folder = await temporaryFolder();
  data = join(folder.path, 'data');
  problems = [];
  await Promise.all([mkdir(data), mkdir(join(folder.path, 'run'), { mode: 0o700 })]);
});

afterEach(() => folder[Symbol.asyncDispose]());

const found = (tokenFile?: string) =>
  foundationsOf(locationsOf(data), {
    tokenFile,
    env: { XDG_RUNTIME_DIR: join(folder.path, 'run') },
    startedAt: Date.now(),
    onProblem: (error) => problems.push(error),
  });

it('leaves nothing half written behind when the token file cannot be had, and makes no folder for it', async () => {
  const tokenFile = join(folder.path, 'nowhere', 'token');
  await expect(found(tokenFile)).rejects.toMatchObject({ code: 'unavailable', hint: expect.any(String) as string });
  // This process goes on, so that what is being written would still come to its end: it must have come to it by now.
  expect(await readdir(data)).toEqual(expect.arrayContaining(['cookie.key', 'host-id']));
  expect((await readdir(data)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  expect(await readdir(folder.path)).not.toContain('nowhere');
});

it('erases what a start before left half written, and gives the same again and again', async () => {
  const half = join(data, 'cookie.key.f5c880c2-e41c-4785-9a57-6c9f9e62e62c.tmp');
  await writeFile(half, 'half a key');
  await utimes(half, 100, 100);
  const first = await found();
  expect((await readdir(data)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  expect(await found()).toEqual(first);
  expect(problems).toEqual([]);
});
