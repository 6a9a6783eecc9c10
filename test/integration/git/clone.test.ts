import { execFileSync } from 'node:child_process';
import { access, chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitWorld } from './world.ts';

let world: GitWorld;
beforeEach(async () => {
  world = await GitWorld.open();
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
});

const hello = (folder = world.into): Promise<string> => readFile(join(folder, 'hello.txt'), 'utf8');
const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

describe('cloning a repository of this machine', () => {
  it.each([(path: string) => path, (path: string) => pathToFileURL(path).href])(
    'clones a path and a file:// URL',
    async (form) => {
      const bare = await world.repository('my app.git', 20);
      await expect(world.clone(form(bare))).resolves.toEqual({ isEmpty: false });
      expect(await hello()).toBe('hello\n');
      expect(world.progress[0]).toMatchObject({
        fraction: null,
        step: expect.stringContaining('Connecting') as string,
      });
      expect(world.progress.at(-1)).toEqual({ step: 'Cloned', fraction: 1 });
    },
  );

  it('clones into an empty folder that is there, and a branch', async () => {
    const bare = await world.repository('app.git');
    await mkdir(world.into);
    await world.clone(bare, { branch: 'side' });
    expect((await readdir(world.into)).sort()).toEqual(['.git', 'hello.txt', 'other.txt']);
  });

  it('clones an empty repository and says so', async () => {
    const empty = join(world.repositories, 'empty.git');
    world.git(world.repositories, 'init', '--quiet', '--bare', empty);
    await expect(world.clone(empty)).resolves.toEqual({ isEmpty: true });
    expect(await readdir(world.into)).toEqual(['.git']);
  });

  it('says which field is wrong when there is no such repository or branch', async () => {
    const bare = await world.repository('app.git');
    await expect(world.clone(join(world.path, 'nothing'))).rejects.toMatchObject({ code: 'invalid', field: 'url' });
    await expect(world.clone(bare, { branch: 'nope' })).rejects.toMatchObject({
      code: 'invalid',
      field: 'branch',
      message: expect.stringContaining('Remote branch nope not found') as string,
    });
    expect(await exists(world.into)).toBe(false);
  });

  it.each([(path: string) => path, (path: string) => `file://${path}`])(
    'says of a file or a folder that it is no repository',
    async (form) => {
      const file = join(world.path, 'file');
      await writeFile(file, 'root:x:0:0');
      for (const path of [file, world.home]) {
        await expect(world.clone(form(path))).rejects.toMatchObject({
          code: 'invalid',
          field: 'url',
          message: expect.stringContaining('there is no Git repository at this path') as string,
          hint: expect.stringContaining('one that holds .git, or a bare one') as string,
        });
      }
    },
  );

  it('refuses a folder that is not empty and leaves it as it is', async () => {
    const bare = await world.repository('app.git');
    await mkdir(world.into);
    await writeFile(join(world.into, 'mine'), 'mine');
    await expect(world.clone(bare)).rejects.toMatchObject({ code: 'conflict' });
    expect(await readdir(world.into)).toEqual(['mine']);
  });

  it.each(['--upload-pack=touch PWNED', 'ext::sh -c touch% PWNED', '-cprotocol.ext.allow=always'])(
    'never runs %s',
    async (form) => {
      const pwned = join(world.path, 'pwned');
      await expect(world.clone(form.replace('PWNED', pwned))).rejects.toMatchObject({ code: 'invalid', field: 'url' });
      expect(await exists(pwned)).toBe(false);
      expect(world.progress).toEqual([]);
    },
  );

  it('lets Git’s own guard refuse what the person’s insteadOf leads to', async () => {
    const pwned = join(world.path, 'pwned');
    const rule = `[url "ext::sh -c touch% ${pwned}% "]\n\tinsteadOf = https://trap.example/\n[protocol "ext"]\n\tallow = always\n`;
    await writeFile(join(world.home, '.gitconfig'), rule);
    await expect(world.clone('https://trap.example/x')).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/transport 'ext' not allowed/) as string,
    });
    expect(await exists(pwned)).toBe(false);
  });

  it('is not led to another repository by the environment or the working directory', async () => {
    const bare = await world.repository('app.git');
    const other = await world.repository('other.git');
    const env = { ...world.env, GIT_DIR: other, GIT_WORK_TREE: world.path, GIT_INDEX_FILE: join(world.path, 'index') };
    await world.clone(bare, { env });
    expect(await hello()).toBe('hello\n');
    expect(await exists(join(world.path, 'index'))).toBe(false);
  });

  it('runs no hook of the repository, only the person’s own from their template', async () => {
    const bare = await world.repository('app.git');
    const hook = async (folder: string, name: string): Promise<void> => {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'post-checkout'), `#!/bin/sh\necho x > '${join(world.path, name)}'\n`);
      await chmod(join(folder, 'post-checkout'), 0o755);
    };
    await hook(join(bare, 'hooks'), 'theirs');
    const template = join(world.path, 'template');
    await hook(join(template, 'hooks'), 'mine');
    await writeFile(join(world.home, '.gitconfig'), `[init]\n\ttemplateDir = ${template}\n`);
    await world.clone(bare);
    expect([await exists(join(world.path, 'theirs')), await exists(join(world.path, 'mine'))]).toEqual([false, true]);
  });

  it('leaves submodules alone, whatever the person’s settings are', async () => {
    const inner = await world.repository('inner.git');
    const work = join(world.repositories, 'outer');
    world.git(world.repositories, 'init', '--quiet', work);
    world.git(work, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'inner');
    world.git(work, 'commit', '--quiet', '--message=Submodule');
    await writeFile(join(world.home, '.gitconfig'), '[submodule]\n\trecurse = true\n');
    await world.clone(work);
    expect(await readdir(join(world.into, 'inner'))).toEqual([]);
    expect(world.lines.at(-1)).toBe(
      'This repository has submodules (inner), which are not cloned. Run “git submodule update --init” in its terminal.',
    );
  });

  describe('a .gitmodules', () => {
    const clonedWith = async (text: string): Promise<readonly string[]> => {
      const work = join(world.repositories, 'outer');
      world.git(world.repositories, 'init', '--quiet', work);
      await writeFile(join(work, '.gitmodules'), text);
      world.git(work, 'add', '.');
      world.git(work, 'commit', '--quiet', '--message=Modules');
      await world.clone(work);
      return world.lines.filter((line) => !line.startsWith('Cloning into') && line !== 'done.');
    };
    const submodule = (name: string, path: string): string => `[submodule "${name}"]\n\tpath = ${path}\n`;

    it('is told in one line, however many and odd they are', async () => {
      const odd = submodule('odd', String.raw`"a\nfatal: \tb${'c'.repeat(200)}"`);
      const text = odd + Array.from({ length: 10 }, (_, i) => submodule(`m${i}`, `m${i}`)).join('');
      expect(await clonedWith(text)).toEqual([
        `This repository has submodules (a fatal:  b${'c'.repeat(69)}…, m0, m1, m2, m3, and 6 more), which are not cloned. Run “git submodule update --init” in its terminal.`,
      ]);
    });

    it.each([
      ['is empty', ''],
      ['holds none', '[core]\n\tpath = x\n[submodule "a"]\n\turl = /x\n'],
      ['holds a path without a value', '[submodule "a"]\n\tpath\n'],
      ['is broken', '[submodule "a\n\u0000'],
      ['is endless', submodule('a', 'a').repeat(50_000)],
    ])('that %s is no matter', async (_, text) => {
      expect(await clonedWith(text)).toEqual([]);
    });

    it('includes no other file', async () => {
      const other = join(world.path, 'other');
      await writeFile(other, submodule('secret', 'secret'));
      expect(await clonedWith(`[include]\n\tpath = ${other}\n`)).toEqual([]);
    });
  });

  it('says that Git is missing', async () => {
    const bin = join(world.path, 'bin');
    await mkdir(bin);
    execFileSync('ln', ['-s', '/bin/sh', '/bin/cat', bin]);
    await expect(world.clone('/srv/x', { env: { ...world.env, PATH: bin } })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('Git is not installed') as string,
    });
  });

  it('says so at once when it is cancelled before it began', async () => {
    await expect(world.clone('/srv/x', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('does not wait for what a hook of the person leaves running', async () => {
    const bare = await world.repository('app.git');
    const hooks = join(world.path, 'template', 'hooks');
    const pidFile = join(world.path, 'pid');
    await mkdir(hooks, { recursive: true });
    await writeFile(
      join(hooks, 'post-checkout'),
      `#!/bin/sh\nx=$(setsid sh -c 'echo $$ > "${pidFile}"; exec sleep 60 >&2' &)\n`,
    );
    await chmod(join(hooks, 'post-checkout'), 0o755);
    const env = { ...world.env, GIT_TEMPLATE_DIR: join(world.path, 'template') };
    try {
      await world.clone(bare, { env });
      expect(await hello()).toBe('hello\n');
      expect(await world.processes()).toBe(1);
    } finally {
      process.kill(Number(await readFile(pidFile, 'utf8')), 'SIGKILL');
      await expect.poll(() => world.processes()).toBe(0);
    }
  });
});

function smallDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const mayMount = process.platform === 'linux' && process.getuid?.() === 0;

describe.skipIf(!mayMount)('a full disk (skipped: this user may not mount a small one)', () => {
  it('says that the disk is full', async (context) => {
    const bare = await world.repository('app.git', 300);
    const disk = join(world.path, 'disk');
    await mkdir(disk);
    if (!smallDisk(disk)) context.skip('this user may not mount a small disk');
    try {
      await expect(world.clone(`file://${bare}`, { into: join(disk, 'clone') })).rejects.toMatchObject({
        code: 'disk-full',
        hint: expect.stringContaining('Free some space') as string,
      });
      expect(await readdir(disk)).toEqual([]);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it('says whose files Git does not trust', async () => {
    const bare = await world.repository('app.git');
    execFileSync('chown', ['-R', '65534', bare]);
    await expect(world.clone(bare)).rejects.toMatchObject({
      code: 'forbidden',
      field: 'url',
      hint: expect.stringContaining('safe.directory') as string,
    });
  });
});
