import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepRuntime, type RuntimeOptions } from '../../../../src/managers/shared/runtime.ts';
import { temporaryFolder, type Temporary } from '../../../support/temporary.ts';

let folder: Temporary;
let options: RuntimeOptions;

beforeEach(async () => {
  folder = await temporaryFolder();
  options = {
    bundleDir: join(folder.path, 'dist'),
    runtimes: join(folder.path, 'runtime'),
    bin: join(folder.path, 'bin'),
    version: '1.0.0',
    build: 7,
    execPath: '/node',
  };
});
afterEach(() => folder[Symbol.asyncDispose]());

async function bundle(...files: readonly string[]): Promise<void> {
  for (const file of files) {
    const path = join(options.bundleDir, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file, { mode: 0o644 });
  }
}

const filesOf = async (path: string): Promise<readonly string[]> => {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => join(parentPath, name).slice(path.length + 1))
    .toSorted();
};

describe('keepRuntime', () => {
  it('copies the bundle with what terminals need', async () => {
    await bundle('daemon.js', 'cli.js', 'extension.js', 'daemon.js.map', 'terminalHolder.js');
    await bundle('native/darwin-arm64/pty.node', 'native/darwin-arm64/spawn-helper', 'native/linux-x64/pty.node');
    await bundle('worker/conoutSocketWorker.js', 'worker/conoutSocketWorker.js.map');
    const target = await keepRuntime(options);
    expect(target).toBe(join(options.runtimes, '1.0.0-7'));
    expect(await filesOf(target)).toEqual([
      'cli.js',
      'daemon.js',
      'native/darwin-arm64/pty.node',
      'native/darwin-arm64/spawn-helper',
      'native/linux-x64/pty.node',
      'terminalHolder.js',
      'worker/conoutSocketWorker.js',
    ]);
    expect(await readFile(join(target, 'native/linux-x64/pty.node'), 'utf8')).toBe('native/linux-x64/pty.node');
    expect((await stat(join(target, 'native/darwin-arm64/spawn-helper'))).mode & 0o777).toBe(0o755);
  });

  it('does without terminals where the bundle has none, and leaves what is there', async () => {
    await bundle('daemon.js', 'cli.js');
    const target = await keepRuntime(options);
    expect(await filesOf(target)).toEqual(['cli.js', 'daemon.js']);
    await bundle('terminalHolder.js');
    expect(await keepRuntime(options)).toBe(target);
    expect(await filesOf(target)).toEqual(['cli.js', 'daemon.js']);
  });

  it('keeps nothing of a bundle that is not whole', async () => {
    await bundle('daemon.js');
    await expect(keepRuntime(options)).rejects.toThrow(/cli\.js/);
    await expect(stat(join(options.runtimes, '1.0.0-7'))).rejects.toThrow(/ENOENT/);
  });
});
