import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readWorkspaceConfig } from '../../../../../src/managers/codeServers/config/workspaceConfig.ts';
import { type Temporary, temporaryFolder } from '../../../../support/temporary.ts';

let folder: Temporary;
let file: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  await mkdir(join(folder.path, 'workspace'));
  file = join(folder.path, 'workspace', 'devbox.yaml');
});

afterEach(() => folder[Symbol.asyncDispose]());

it('is read', async () => {
  await writeFile(file, 'ui: {settings: {enable_dark_mode: false}}');
  expect(await readWorkspaceConfig(file)).toMatchObject({ ok: true, config: { darkMode: false } });
});

it('may be missing', async () => {
  expect(await readWorkspaceConfig(file)).toBeUndefined();
  expect(await readWorkspaceConfig(join(file, 'below', 'devbox.yaml'))).toBeUndefined();
});

it('is told what is wrong in it', async () => {
  await writeFile(file, 'uii: {}');
  expect(await readWorkspaceConfig(file)).toMatchObject({ ok: false, problems: [{ line: 1, path: 'uii' }] });
});

it('may be a link inside of its folder, also where the folder itself is reached by a link', async () => {
  await mkdir(join(folder.path, 'workspace', 'etc'));
  await writeFile(join(folder.path, 'workspace', 'etc', 'real.yaml'), 'ui: {settings: {enable_dark_mode: false}}');
  await symlink('etc/real.yaml', file);
  await symlink('workspace', join(folder.path, 'alias'));
  const throughLink = await readWorkspaceConfig(join(folder.path, 'alias', 'devbox.yaml'));
  expect(throughLink).toMatchObject({ ok: true, config: { darkMode: false } });
});

it('is not followed out of its folder, so that no other file is quoted', async () => {
  await writeFile(join(folder.path, 'secret'), 'password: hunter2');
  await symlink('../secret', file);
  const parsed = await readWorkspaceConfig(file);
  expect(parsed).toMatchObject({ ok: false });
  expect(JSON.stringify(parsed)).toContain('leads out of its folder');
  expect(JSON.stringify(parsed)).not.toContain('password');
});

it('is no pipe that is waited for', async () => {
  await promisify(execFile)('mkfifo', [file]);
  expect(await readWorkspaceConfig(file)).toMatchObject({
    ok: false,
    problems: [{ message: 'The file is no regular file. Name a file.' }],
  });
});
