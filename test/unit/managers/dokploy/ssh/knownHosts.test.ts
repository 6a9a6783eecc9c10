import { appendFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KnownHosts } from '../../../../../src/managers/dokploy/ssh/knownHosts.ts';
import { keysOf, lineFor } from '../../../../../src/managers/dokploy/ssh/knownHostsText.ts';
import { lengthPrefixed } from '../../../../../src/managers/dokploy/ssh/wire.ts';
import { takeLock } from '../../../../../src/managers/shared/lock.ts';
import { ManualClock } from '../../../../support/manualClock.ts';
import { type Temporary, temporaryFolder } from '../../../../support/temporary.ts';

const keyOf = (fill: number): Buffer =>
  Buffer.concat([lengthPrefixed('ssh-ed25519'), lengthPrefixed(Buffer.alloc(32, fill))]);

describe('pinned host keys', () => {
  let folder: Temporary;
  let path: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    path = join(folder.path, 'ssh', 'known_hosts');
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  it('are new once, then the same or another one', async () => {
    const hosts = new KnownHosts(path);
    expect(await hosts.fingerprint('a')).toBeUndefined();
    expect(await hosts.check('a', keyOf(1))).toBe('new');
    expect(await hosts.check('a', keyOf(1))).toBe('same');
    expect(await hosts.check('a', keyOf(2))).toBe('changed');
    expect(await hosts.check('b', keyOf(2))).toBe('new');
    expect(await readFile(path, 'utf8')).toBe(`${lineFor('a', keyOf(1))}\n${lineFor('b', keyOf(2))}\n`);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await hosts.fingerprint('a')).toMatch(/^SHA256:/);
    await hosts.forget('a');
    await hosts.forget('a');
    expect(await hosts.check('a', keyOf(2))).toBe('new');
  });

  it('keep what others wrote, byte for byte', async () => {
    await mkdir(join(folder.path, 'ssh'));
    const foreign = Buffer.from([0x23, 0xff, 0xfe, 0x0d, 0x0a, 0x78]);
    await writeFile(path, foreign);
    const hosts = new KnownHosts(path);
    await hosts.check('a', keyOf(1));
    await hosts.forget('a');
    expect(await readFile(path)).toEqual(Buffer.concat([foreign, Buffer.from('\n')]));
  });

  it('are one key of several that programs pin at once', { timeout: 30_000 }, async () => {
    const verdicts = await Promise.all(
      Array.from({ length: 4 }, (_, index) => new KnownHosts(path).check('a', keyOf(index + 1))),
    );
    expect(verdicts.filter((verdict) => verdict === 'new')).toHaveLength(1);
    expect(verdicts.filter((verdict) => verdict === 'changed')).toHaveLength(3);
    const kept = keysOf(await readFile(path, 'utf8'), 'a').trusted;
    expect(kept).toEqual([keyOf(verdicts.indexOf('new') + 1)]);
  });

  it('are not lost while others are forgotten', { timeout: 30_000 }, async () => {
    await mkdir(join(folder.path, 'ssh'));
    const old = Array.from({ length: 4 }, (_, index) => `old-${String(index)}`);
    await writeFile(path, old.map((alias) => `${lineFor(alias, keyOf(1))}\n`).join(''));
    const added = old.map((alias) => alias.replace('old', 'new'));
    await Promise.all([
      ...old.map((alias) => new KnownHosts(path).forget(alias)),
      ...added.map((alias) => new KnownHosts(path).check(alias, keyOf(2))),
    ]);
    const lines = (await readFile(path, 'utf8')).trim().split('\n');
    expect(lines.toSorted()).toEqual(added.map((alias) => lineFor(alias, keyOf(2))).toSorted());
  });

  it('are not trusted when they cannot be written', async () => {
    await writeFile(join(folder.path, 'ssh'), 'in the way');
    const hosts = new KnownHosts(path);
    await expect(hosts.check('a', keyOf(1))).rejects.toMatchObject({ code: 'unavailable' });
    await expect(hosts.check('a', keyOf(1))).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('wait for another program that writes, but not for ever', async () => {
    await mkdir(join(folder.path, 'ssh'));
    const clock = new ManualClock();
    const lock = takeLock(`${path}.lock`);
    const [first, second] = [new KnownHosts(path, clock), new KnownHosts(path, clock)];
    const waiting = first.check('a', keyOf(1)).catch((error: unknown) => error);
    await expect.poll(() => clock.pending).toBe(1);
    await clock.advance(10_100);
    expect(await waiting).toMatchObject({ code: 'busy' });
    const patient = second.check('a', keyOf(2));
    await expect.poll(() => clock.pending).toBe(1);
    lock.release();
    await clock.advance(20);
    expect(await patient).toBe('new');
    expect(await first.check('a', keyOf(1))).toBe('changed');
  });

  it('are refused when somebody declared them bad', async () => {
    await mkdir(join(folder.path, 'ssh'));
    await appendFile(path, `@revoked a ${lineFor('a', keyOf(1)).slice(2)}\n`);
    const hosts = new KnownHosts(path);
    expect(await hosts.check('a', keyOf(1))).toBe('changed');
    expect(await hosts.check('a', keyOf(2))).toBe('new');
  });

  it.each(['', 'Upper', 'two words', 'a,b', '*', '#a', '@revoked', '|1|a|b', 'a\nb'])(
    'have no host called %j',
    async (alias) => {
      await expect(new KnownHosts(path).check(alias, keyOf(1))).rejects.toMatchObject({ code: 'invalid' });
    },
  );

  it('are no damaged ones', async () => {
    await expect(new KnownHosts(path).check('a', Buffer.from('nonsense'))).rejects.toMatchObject({ code: 'invalid' });
  });
});
