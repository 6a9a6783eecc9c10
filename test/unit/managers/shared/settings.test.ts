import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { settingsSchema } from '../../../../src/api/contract/settings.ts';
import { defaultSettings, SettingsFile } from '../../../../src/managers/shared/settings.ts';
import { type Temporary, temporaryFolder } from '../../../support/temporary.ts';

let folder: Temporary;
let path: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder.path, 'settings.json');
});

afterEach(() => folder[Symbol.asyncDispose]());

it.each([
  { startTimeoutSeconds: 4 },
  { startTimeoutSeconds: 3601 },
  { startTimeoutSeconds: 5.5 },
  { startTimeoutSeconds: '60' },
  { stopGraceSeconds: -1 },
  { stopGraceSeconds: 601 },
  { stopGraceSeconds: null },
  { codeServerAccess: 'none' },
])('puts a file aside that holds %j', async (written) => {
  await writeFile(path, JSON.stringify(written));
  const problems: unknown[] = [];
  const file = await SettingsFile.open(path, (problem) => problems.push(problem), 7);
  expect(file.get()).toEqual(defaultSettings);
  expect(problems).toHaveLength(1);
  expect(await readdir(folder.path)).toEqual(['settings.json.corrupt-7']);
});

it('takes and refuses the same numbers of seconds as the API', async () => {
  const file = await SettingsFile.open(path, () => undefined, 0);
  const seconds = fc.oneof(fc.integer({ min: -2, max: 4000 }), fc.constantFrom(5, 3600, 0, 600, 5.5, Number.NaN));
  await fc.assert(
    fc.asyncProperty(seconds, seconds, async (startTimeoutSeconds, stopGraceSeconds) => {
      const patch = { startTimeoutSeconds, stopGraceSeconds };
      const { success } = settingsSchema.safeParse({ ...defaultSettings, ...patch });
      const taken = await file.patch(patch).then(
        () => true,
        () => false,
      );
      expect(taken).toBe(success);
    }),
    { numRuns: 50 },
  );
});

it('says so when a folder lies in its place', async () => {
  await mkdir(path);
  await expect(SettingsFile.open(path, () => undefined, 0)).rejects.toMatchObject({
    code: 'unavailable',
    message: `${path} is a folder, not a file.`,
    hint: expect.any(String) as string,
  });
});
