import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  copyFile,
  mkdir,
  readFile,
  readdir,
  readlink,
  rename,
  stat,
  symlink,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deploy } from '../../../src/managers/devServers/build/deploy.ts';
import { temporaryFolder, type Temporary } from '../../support/temporary.ts';

let place: Temporary;
let from: string;
let to: string;
const going = new AbortController().signal;

beforeEach(async () => {
  place = await temporaryFolder();
  from = join(place.path, 'built');
  to = join(place.path, 'made/anew/plugin');
});
afterEach(() => place[Symbol.asyncDispose]());

const digest = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

async function put(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

/** What lies beside the target. */
const beside = (): Promise<string[]> => readdir(dirname(to));

describe('deploy', () => {
  it('makes missing folders and keeps the mode', async () => {
    await put(from, 'x');
    await chmod(from, 0o751);
    await deploy([{ from, to }], going);
    expect(await readFile(to, 'utf8')).toBe('x');
    expect((await stat(to)).mode & 0o777).toBe(0o751);
    expect(await beside()).toEqual(['plugin']);
  });

  it('never shows half a file', async () => {
    const [old, fresh] = [Buffer.alloc(24 << 20, 1), Buffer.alloc(24 << 20, 2)];
    await put(to, old);
    const whole = new Set([digest(old), digest(fresh)]);
    const seen = new Set<string>();
    const over = new AbortController();
    const poll = async (): Promise<void> => {
      while (!over.signal.aborted) seen.add(digest(await readFile(to)));
    };
    const polling = poll();
    for (const content of [fresh, old, fresh]) {
      await put(from, content);
      await deploy([{ from, to }], going);
    }
    over.abort();
    await polling;
    expect([...seen].filter((one) => !whole.has(one))).toEqual([]);
    expect(digest(await readFile(to))).toBe(digest(fresh));
  });

  it.skipIf(process.platform === 'win32')('replaces a program that runs', async () => {
    await mkdir(dirname(to), { recursive: true });
    await copyFile('/bin/sleep', to);
    const child = spawn(to, ['60']);
    await once(child, 'spawn');
    try {
      await put(from, 'new');
      await deploy([{ from, to }], going);
      expect(await readFile(to, 'utf8')).toBe('new');
      expect(child.exitCode).toBeNull();
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  it('replaces a folder as a whole', async () => {
    await put(join(to, 'old/file'), 'old');
    await put(join(from, 'a/b'), 'b');
    await symlink('a/b', join(from, 'link'));
    await deploy([{ from, to }], going);
    expect(await readdir(to)).toEqual(['a', 'link']);
    expect(await readlink(join(to, 'link'))).toBe('a/b');
    expect(await beside()).toEqual(['plugin']);
    await deploy([{ from, to }], going);
    expect(await readFile(join(to, 'a/b'), 'utf8')).toBe('b');
  });

  it('replaces a link, and leaves alone what it points at', async () => {
    const other = join(place.path, 'other');
    await put(other, 'other');
    await put(from, 'new');
    await mkdir(dirname(to), { recursive: true });
    await symlink(other, to);
    await deploy([{ from, to }], going);
    expect(await readFile(to, 'utf8')).toBe('new');
    expect(await readFile(other, 'utf8')).toBe('other');
    await unlink(from);
    await put(join(from, 'in'), 'in');
    await unlink(to);
    await symlink(place.path, to);
    await deploy([{ from, to }], going);
    expect(await readdir(to)).toEqual(['in']);
  });

  it('leaves everything as it was when one of several cannot be deployed', async () => {
    await put(from, 'new');
    await put(to, 'old');
    const missing = join(place.path, 'missing');
    const attempt = deploy(
      [
        { from, to },
        { from: missing, to: join(place.path, 'second') },
      ],
      going,
    );
    await expect(attempt).rejects.toMatchObject({ code: 'not-found', field: 'deploy.from' });
    await expect(attempt).rejects.toThrow(missing);
    expect(await readFile(to, 'utf8')).toBe('old');
    expect(await beside()).toEqual(['plugin']);
    expect(existsSync(join(place.path, 'second'))).toBe(false);
  });

  it.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/dev/full'))(
    'says which disk is full, and cleans up',
    async () => {
      // A file system that takes a few KB only.
      const small = join(place.path, 'small');
      await mkdir(small);
      const mount = spawn('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]);
      const [code] = (await once(mount, 'exit')) as [number];
      expect(code).toBe(0);
      try {
        to = join(small, 'plugin');
        await put(to, 'old');
        await put(from, Buffer.alloc(1 << 20, 1));
        await expect(deploy([{ from, to }], going)).rejects.toMatchObject({ code: 'disk-full', field: 'deploy.to' });
        expect(await readFile(to, 'utf8')).toBe('old');
        expect(await beside()).toEqual(['plugin']);
      } finally {
        await once(spawn('umount', [small]), 'exit');
      }
    },
  );

  it('does nothing when it is cancelled before, and leaves nothing when it is amid', async () => {
    await put(to, 'old');
    for (let i = 0; i < 50; i += 1) await put(join(from, `d${String(i)}/f`), Buffer.alloc(4096));
    await put(join(place.path, 'file'), 'new');
    const before = AbortSignal.abort();
    await expect(deploy([{ from: join(place.path, 'file'), to }], before)).rejects.toMatchObject({ code: 'cancelled' });
    const controller = new AbortController();
    const target = join(dirname(to), 'folder');
    const attempt = deploy([{ from, to: target }], controller.signal);
    // Once the copy has begun.
    const poll = async (): Promise<void> => {
      while ((await beside()).length < 2) await Promise.resolve();
    };
    await poll();
    controller.abort();
    await expect(attempt).rejects.toMatchObject({ code: 'cancelled' });
    expect(await beside()).toEqual(['plugin']);
    expect(await readFile(to, 'utf8')).toBe('old');
  });

  it.each([
    ['a folder by a file', 'file', 'folder', 'conflict'],
    ['a file by a folder', 'folder', 'file', 'conflict'],
  ])('does not replace %s', async (_, source, target, code) => {
    await put(source === 'file' ? from : join(from, 'in'), 'new');
    await put(target === 'file' ? to : join(to, 'in'), 'old');
    await expect(deploy([{ from, to }], going)).rejects.toMatchObject({ code, field: 'deploy.to' });
    expect(await readFile(target === 'file' ? to : join(to, 'in'), 'utf8')).toBe('old');
    expect(await beside()).toEqual(['plugin']);
  });

  it('refuses to deploy something to itself, also behind a link, into itself, or over what it lies in', async () => {
    await put(join(from, 'in/file'), 'x');
    await symlink(place.path, join(place.path, 'link'));
    for (const target of [from, join(from, 'in'), place.path, join(place.path, 'link/built')]) {
      await expect(deploy([{ from, to: target }], going)).rejects.toMatchObject({
        code: 'invalid',
        field: 'deploy.to',
      });
    }
    expect(await readFile(join(from, 'in/file'), 'utf8')).toBe('x');
  });

  it('names the target that cannot be made', async () => {
    await put(from, 'x');
    await put(join(place.path, 'made'), 'a file where a folder should be');
    await expect(deploy([{ from, to }], going)).rejects.toMatchObject({ code: 'unavailable', field: 'deploy.to' });
  });

  it('erases what a killed deployment left, but only that and only when it is old', async () => {
    await put(from, 'x');
    await put(to, 'old');
    const left = join(dirname(to), '.plugin.01234567-89ab-cdef-0123-456789abcdef.deploying');
    await put(left, 'half');
    await put(join(dirname(to), '.plugin.mine'), 'mine');
    await utimes(left, 0, 0);
    await deploy([{ from, to }], going);
    // It may belong to a deployment of somebody else that is under way.
    expect((await beside()).sort()).toEqual([
      '.plugin.01234567-89ab-cdef-0123-456789abcdef.deploying',
      '.plugin.mine',
      'plugin',
    ]);
    await deploy([{ from, to }], going, process.platform, Date.now() + 2 * 60 * 60_000);
    expect((await beside()).sort()).toEqual(['.plugin.mine', 'plugin']);
    await rename(to, `${to}.kept`);
    expect(await readFile(`${to}.kept`, 'utf8')).toBe('x');
  });
});
