import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/managers/shared/clock.ts';
import { forgetHint, type Hint, hintOf, readHint, writeHint } from '../../../src/provider/hint.ts';
import { removeLock, withLock } from '../../../src/provider/lock.ts';
import { ownerOf } from '../../../src/provider/owner.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const hint: Hint = {
  url: 'https://dokploy.example.com',
  marker: 'devpod:default/a',
  machine: { kind: 'compose', id: 'c1', appName: 'a-abcdef', serverId: null },
  endpoint: { host: '10.0.0.7', port: 2222 },
};

describe('what was found out before', () => {
  it('is there the next time, for nobody else to read', async () => {
    await using folder = await temporaryFolder();
    expect(await readHint(folder.path, hint.url)).toBeUndefined();
    await writeHint(folder.path, hint);
    expect(await readHint(folder.path, hint.url)).toEqual(hint);
    expect((await stat(join(folder.path, 'devyard.json'))).mode & 0o077).toBe(0);
    await forgetHint(folder.path);
    await forgetHint(folder.path);
    expect(await readHint(folder.path, hint.url)).toBeUndefined();
  });

  it('is nothing for another server, without a folder, or when damaged', async () => {
    await using folder = await temporaryFolder();
    await writeHint(folder.path, hint);
    expect(await readHint(folder.path, 'https://other.example.com')).toBeUndefined();
    expect(await readHint(undefined, hint.url)).toBeUndefined();
    await writeFile(join(folder.path, 'devyard.json'), JSON.stringify(hint).slice(0, 40));
    expect(await readHint(folder.path, hint.url)).toBeUndefined();
  });

  it('is only taken in its own form, whatever a file holds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const read = hintOf(value);
        if (read !== undefined) expect(hintOf(read)).toEqual(read);
      }),
    );
    expect(hintOf({ ...hint, endpoint: { host: 'h', port: 0 }, machine: { kind: 'vm' } })).toEqual({
      ...hint,
      endpoint: null,
      machine: null,
    });
  });
});

describe('the owner', () => {
  it('is made once for a provider folder', async () => {
    await using folder = await temporaryFolder();
    const env = { PROVIDER_FOLDER: folder.path };
    const owners = await Promise.all([ownerOf(env), ownerOf(env), ownerOf(env)]);
    expect(owners[0]).toMatch(/^[\da-f]{12}$/);
    expect(new Set([...owners, await ownerOf(env)]).size).toBe(1);
  });

  it('is nobody where no folder is named or made', async () => {
    await using folder = await temporaryFolder();
    expect(await ownerOf({})).toBeUndefined();
    expect(await ownerOf({ PROVIDER_FOLDER: join(folder.path, 'none') })).toBeUndefined();
  });
});

describe('the lock', () => {
  const surroundings = (waiting: () => void, signal = new AbortController().signal) => ({
    clock: systemClock,
    signal,
    waiting,
  });

  it('lets one work after the other', async () => {
    await using folder = await temporaryFolder();
    let inside = 0;
    let most = 0;
    let waited = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    };
    const waiting = (): void => {
      waited += 1;
    };
    await Promise.all([1, 2, 3].map(() => withLock(folder.path, surroundings(waiting), work)));
    expect({ most, waited }).toEqual({ most: 1, waited: 2 });
    await removeLock(folder.path);
  });

  it('is given back when the work fails', async () => {
    await using folder = await temporaryFolder();
    const fails = withLock(
      folder.path,
      surroundings(() => undefined),
      () => Promise.reject(new Error('no')),
    );
    await expect(fails).rejects.toThrow('no');
    expect(
      await withLock(
        folder.path,
        surroundings(() => undefined),
        () => Promise.resolve(1),
      ),
    ).toBe(1);
  });

  it('is waited for no longer than wanted', async () => {
    await using folder = await temporaryFolder();
    const controller = new AbortController();
    const release = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const holder = withLock(
      folder.path,
      surroundings(() => undefined),
      () => {
        held.resolve();
        return release.promise;
      },
    );
    await held.promise;
    const waits = withLock(
      folder.path,
      surroundings(() => controller.abort(new Error('enough')), controller.signal),
      () => Promise.resolve(),
    );
    await expect(waits).rejects.toThrow('enough');
    release.resolve();
    await holder;
  });

  it('says which folder cannot be written', async ({ skip }) => {
    if (process.getuid?.() === 0) skip('root may write everywhere');
    await using folder = await temporaryFolder();
    const closed = join(folder.path, 'closed');
    await mkdir(closed);
    await chmod(closed, 0o500);
    const works = withLock(
      closed,
      surroundings(() => undefined),
      () => Promise.resolve(),
    );
    await expect(works).rejects.toThrow(closed);
  });

  it('says which folder is missing', async () => {
    await using folder = await temporaryFolder();
    const works = withLock(
      join(folder.path, 'none'),
      surroundings(() => undefined),
      () => Promise.resolve(),
    );
    await expect(works).rejects.toThrow(/none.* does not exist/);
    await expect(readFile(join(folder.path, 'none'))).rejects.toThrow('ENOENT');
  });
});
