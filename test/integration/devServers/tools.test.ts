import { execFile } from 'node:child_process';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemFiles } from '../../../src/managers/devServers/tools/files.ts';
import { resolveCommand, resolveTool, type ToolContext } from '../../../src/managers/devServers/tools/resolveTool.ts';
import { temporaryFolder, type Temporary } from '../../support/temporary.ts';

let folder: Temporary;
let context: ToolContext;

beforeEach(async () => {
  folder = await temporaryFolder();
  const at = (...parts: readonly string[]) => join(folder.path, ...parts);
  const env = { PATH: [at('a'), at('b')].join(':') };
  context = { cwd: at('p', 'ui'), root: at('p'), settings: {}, env, platform: process.platform, fs: systemFiles };
  await mkdir(at('p', 'ui'), { recursive: true });
});
afterEach(() => folder[Symbol.asyncDispose]());

async function put(path: string, text: string, mode = 0o644): Promise<string> {
  const file = join(folder.path, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, mode);
  return file;
}

describe('finding a tool on a real disk', () => {
  it('skips folders, files that may not be executed and links to nowhere', async () => {
    await mkdir(join(folder.path, 'p', 'node_modules', '.bin', 'vite'), { recursive: true });
    await put('a/vite', '', 0o644);
    await mkdir(join(folder.path, 'p', 'ui', 'node_modules', '.bin'), { recursive: true });
    await symlink('/nowhere', join(folder.path, 'p', 'ui', 'node_modules', '.bin', 'vite'));
    const real = await put('b/vite', '', 0o755);
    expect(await resolveTool('vite', context)).toMatchObject({ program: real, source: 'path' });
  });

  it('starts a link as it is called, and tells what it leads to', async () => {
    const target = await put('p/node_modules/vite/bin/vite.js', '', 0o755);
    const link = join(folder.path, 'p', 'node_modules', '.bin', 'vite');
    await mkdir(dirname(link), { recursive: true });
    await symlink('../vite/bin/vite.js', link);
    expect(await resolveTool('vite', context)).toMatchObject({ program: link, realPath: target, source: 'project' });
  });

  it('finds a command that really runs, and runs nothing to find it', async () => {
    const mark = join(folder.path, 'mark');
    await put('b/corepack', `#!/bin/sh\n: > '${mark}'\necho "$@"\n`, 0o755);
    await put('p/package.json', '{"packageManager": "pnpm@9.1.0+sha512.abc"}');
    const { command } = await resolveCommand(['${pm}', 'run', 'dev', '--port', '5000'], context);
    expect(await systemFiles.isFile(mark)).toBe(false);
    const [program, ...args] = command;
    const { stdout } = await promisify(execFile)(program, args);
    expect(stdout).toBe('pnpm run dev --port 5000\n');
  });

  it('takes a package.json that is a folder, or far too large, for none', async () => {
    await mkdir(join(folder.path, 'p', 'ui', 'package.json'));
    await put('p/package.json', `{"packageManager": "yarn@4.0.0", "x": "${'x'.repeat(1_000_000)}"}`);
    const npm = await put('a/npm', '', 0o755);
    expect((await resolveTool('${pm}', context)).program).toBe(npm);
  });
});
