import { mkdir, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/managers/shared/clock.ts';
import { systemWatchPort, type WatchPort } from '../../../src/managers/devServers/watch/watchPort.ts';
import { useWatchWorld } from './watchWorld.ts';

const world = useWatchWorld();
const { watching, write } = world;
const go = ['**/*.go', 'go.*', 'plugin.yaml'];

// macOS and Windows tell of a whole tree with one watch; Node.js imitates that on Linux well enough to try that way too.
const deepPort: WatchPort = { ...systemWatchPort(), recursive: true };

describe.each([
  ['a watch for each folder', systemWatchPort('linux')],
  ['one watch for the tree', deepPort],
])('watching with %s', (_, port) => {
  it('tells of saves, new files and new files in new folders', async () => {
    await write('main.go');
    const seen = await watching(go, { port });
    await write('main.go', 'package y\n');
    await write('new.go');
    await write('a/b/c/deep.go');
    await write('readme.md');
    await seen.until('main.go', 'new.go', 'a/b/c/deep.go');
    await write('a/b/c/later.go');
    await seen.until('a/b/c/later.go');
    expect(seen.paths).not.toContain('readme.md');
    expect(seen.problems).toEqual([]);
  });

  it('tells of deleted files and folders', async () => {
    await write('main.go');
    await write('pkg/in/one.go');
    const seen = await watching(go, { port });
    await unlink(join(world.root, 'main.go'));
    await rm(join(world.root, 'pkg'), { recursive: true });
    await seen.until('main.go', 'pkg/in/one.go');
    expect(await seen.take()).toEqual(['main.go', 'pkg/in/one.go']);
  });

  it('ignores packages, dot-folders, excludes and what .gitignore names', async () => {
    await write('.gitignore', 'generated/\n*_gen.go\n');
    await write('pkg/.gitignore', '!keep_gen.go\nlocal.go\n');
    const quiet = ['node_modules/a/x.go', 'vendor/x.go', '.git/x.go', 'generated/x.go', 'pkg/local.go', 'pkg/y_gen.go'];
    for (const name of [...quiet, 'pkg/keep_gen.go', 'pkg/a.go']) await write(name);
    const seen = await watching(go, { port });
    for (const name of [...quiet, 'node_modules/b/new.go', 'pkg/vendor/x.go']) await write(name, 'package z\n');
    await write('pkg/keep_gen.go', 'package z\n');
    await seen.until('pkg/keep_gen.go');
    expect(await seen.take()).toEqual(['pkg/keep_gen.go']);
  });
});

describe('watchTree', () => {
  it('tells of an atomic save once, and of nothing that only lived meanwhile', async () => {
    await write('main.go');
    const seen = await watching(['**/*']);
    await write('main.go.tmp', 'package y\n');
    await rename(join(world.root, 'main.go.tmp'), join(world.root, 'main.go'));
    await seen.until('main.go');
    expect(seen.paths.filter((name) => name === 'main.go')).toHaveLength(1);
  });

  it('takes an emptied file that is written at once for one change', async () => {
    await write('main.go');
    const seen = await watching(go);
    for (let i = 0; i < 10; i += 1) {
      const before = seen.calls;
      seen.paths = [];
      await write('main.go', `package x${String(i)}\n`);
      await seen.until('main.go');
      await write('last.go', String(i));
      await seen.until('last.go');
      // The save, and the file that is waited for.
      expect(seen.calls - before).toBe(2);
    }
  });

  it('waits for the words of an emptied file, and for a file that is gone, but not for ever', async () => {
    await write('emptied.go');
    await write('gone.go');
    await write('saved.go');
    let time = 0;
    const seen = await watching(go, { clock: { ...systemClock, monotonic: () => time } });
    await write('emptied.go', '');
    await write('saved.go', '');
    await unlink(join(world.root, 'gone.go'));
    expect(await seen.take()).toEqual([]);
    await write('saved.go', 'package s\n');
    await seen.until('saved.go');
    expect(seen.paths).not.toContain('emptied.go');
    expect(seen.paths).not.toContain('gone.go');
    time = 20;
    await seen.until('emptied.go', 'gone.go');
  });

  it('follows renamed folders, and forgets one that was moved away', async () => {
    await write('old/in/one.go');
    const seen = await watching(go);
    await rename(join(world.root, 'old'), join(world.root, 'new'));
    await seen.until('old/in/one.go', 'new/in/one.go');
    await write('new/in/two.go');
    await seen.until('new/in/two.go');
    seen.paths = [];
    await rename(join(world.root, 'new'), join(world.outside, 'elsewhere'));
    await seen.until('new/in/two.go');
    await seen.take();
    await writeFile(join(world.outside, 'elsewhere/in/one.go'), 'package q\n');
    expect(await seen.take()).toEqual([]);
  });

  it('sees every file of a burst', async () => {
    const names = Array.from({ length: 500 }, (_, i) => `p${String(i % 25)}/q/f${String(i)}.go`);
    const seen = await watching(go);
    await Promise.all(names.map((name) => write(name)));
    await seen.until(...names);
    seen.paths = [];
    await Promise.all(names.map((name) => write(name, 'package b\n')));
    await seen.until(...names);
    expect(seen.problems).toEqual([]);
  });

  it('counts what an include names in so many words, even if .gitignore does too', async () => {
    await write('.gitignore', 'plugin.yaml\ndist\nout\n');
    for (const name of ['plugin.yaml', 'dist/a.js', 'out/b.js', '.config/tool.yaml']) await write(name);
    const seen = await watching([...go, 'dist/*.js', '.config/tool.yaml', '**/*.js']);
    for (const name of ['plugin.yaml', 'dist/a.js', 'out/b.js', '.config/tool.yaml']) await write(name, 'x');
    await seen.until('plugin.yaml', 'dist/a.js', '.config/tool.yaml');
    expect(await seen.take()).not.toContain('out/b.js');
  });

  it('takes up a changed .gitignore', async () => {
    await write('made/a.go');
    const seen = await watching(go);
    await write('.gitignore', 'made/\n');
    await seen.take();
    await write('made/a.go', 'package z\n');
    expect(await seen.take()).toEqual([]);
    await unlink(join(world.root, '.gitignore'));
    await seen.until('made/a.go');
    await seen.take();
    await write('made/a.go', 'package y\n');
    await seen.until('made/a.go');
  });

  it("never tells of the build's own output", async () => {
    const seen = await watching(['**/*'], { ignorePaths: [join(world.root, 'bin'), join(world.root, 'pkg/out')] });
    await write('bin/sub/plugin');
    await write('pkg/out');
    await write('pkg/in.go');
    await seen.until('pkg/in.go');
    expect(await seen.take()).toEqual(['pkg/in.go']);
  });

  it('goes on when the root is deleted and made again', async () => {
    await write('main.go');
    const seen = await watching(go);
    for (let i = 0; i < 3; i += 1) {
      seen.paths = [];
      await rm(world.root, { recursive: true });
      await seen.until('main.go');
      seen.paths = [];
      await mkdir(world.root);
      await write('main.go');
      await seen.until('main.go');
      await write('pkg/b.go');
      await seen.until('pkg/b.go');
    }
    expect(seen.problems).toEqual([]);
  });

  it('waits for a root whose folders are not there yet', async () => {
    world.root = join(world.outside, 'not/yet/here');
    const seen = await watching(go);
    await write('main.go');
    await seen.until('main.go');
    expect(seen.problems).toEqual([]);
  });

  it('tells nothing after it was closed', async () => {
    const seen = await watching(go);
    await write('main.go');
    await seen.watch.close();
    const { calls } = seen;
    await write('b.go');
    const second = await watching(go);
    await second.take();
    expect(seen.calls).toBe(calls);
  });
});
