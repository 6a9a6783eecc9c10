import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DevyardError } from '../../../../../src/managers/shared/errors.ts';
import { seal, unseal } from '../../../../../src/managers/shared/secrets/sealed.ts';
import { forgetSecrets, Secrets } from '../../../../../src/managers/shared/secrets/secrets.ts';
import { openStore, type Store } from '../../../../../src/managers/shared/store/store.ts';
import { type Temporary, temporaryFolder } from '../../../../support/temporary.ts';

const text = fc.string({ unit: 'binary' });
const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
const belonging = fc.record({ owner: text, name: text });

describe('a sealed value', () => {
  it('is what was sealed, for the same owner, name and key; never twice the same bytes', () => {
    fc.assert(
      fc.property(key, belonging, text, (key, whose, value) => {
        const sealed = seal(key, whose, value);
        expect(unseal(key, whose, sealed)).toBe(value);
        expect(seal(key, whose, value)).not.toBe(sealed);
      }),
    );
  });

  it('shows when any of its bytes is changed, cut off or added', () => {
    const whose = { owner: 'codeServer:1', name: 'password' };
    fc.assert(
      fc.property(key, text, fc.nat(), fc.integer({ min: 1, max: 255 }), (key, value, at, change) => {
        const sealed = Buffer.from(seal(key, whose, value), 'base64url');
        const damaged = Buffer.from(sealed);
        damaged[at % damaged.length] = (damaged[at % damaged.length] ?? 0) ^ change;
        for (const bytes of [
          damaged,
          sealed.subarray(0, at % sealed.length),
          Buffer.concat([sealed, Buffer.of(change)]),
        ])
          expect(() => unseal(key, whose, bytes.toString('base64url'))).toThrow(/unable to authenticate data/);
      }),
    );
  });

  it('is nobody else’s: not of another owner, name or key, however they are put together', () => {
    fc.assert(
      fc.property(key, key, belonging, belonging, text, (key, other, whose, others, value) => {
        fc.pre(!key.equals(other) && JSON.stringify(whose) !== JSON.stringify(others));
        const sealed = seal(key, whose, value);
        expect(() => unseal(key, others, sealed)).toThrow(/unable to authenticate data/);
        expect(() => unseal(other, whose, sealed)).toThrow(/unable to authenticate data/);
      }),
      {
        examples: [
          [Buffer.alloc(32), Buffer.alloc(32, 1), { owner: 'ab', name: 'c' }, { owner: 'a', name: 'bc' }, 'v'],
        ],
      },
    );
  });

  it('is refused when it is no base64url', () => {
    const whose = { owner: 'a', name: 'b' };
    const sealed = seal(Buffer.alloc(32), whose, 'value');
    expect(() => unseal(Buffer.alloc(32), whose, `${sealed}!`)).toThrow(/unable to authenticate data/);
  });
});

describe('the store of secrets', () => {
  let folder: Temporary;
  let store: Store;
  let problems: DevyardError[];
  const place = (name: string): string => join(folder.path, name);
  const secretsNow = (): Promise<Secrets> =>
    Secrets.open({
      database: store.database,
      keyFile: place('secrets.key'),
      now: 7,
      onProblem: (error) => problems.push(error),
    });

  beforeEach(async () => {
    folder = await temporaryFolder();
    problems = [];
    store = await openStore({ file: place('devyard.db'), backups: place('backups'), now: 0 });
  });

  afterEach(async () => {
    await store.close();
    await folder[Symbol.asyncDispose]();
  });

  it('gives back what was set last, in the next daemon too, and nothing that was not set', async () => {
    const secrets = await secretsNow();
    await secrets.set('a', 'password', 'one');
    await secrets.set('a', 'password', 'two');
    await secrets.set('b', 'password', 'other');
    const next = await secretsNow();
    expect(await next.get('a', 'password')).toBe('two');
    expect(await next.get('b', 'password')).toBe('other');
    expect(await next.get('a', 'token')).toBeUndefined();
    expect((await stat(place('secrets.key'))).mode & 0o777).toBe(0o600);
    expect(problems).toEqual([]);
  });

  it('forgets all secrets of one owner, in the transaction of its end', async () => {
    const secrets = await secretsNow();
    for (const owner of ['a', 'b']) for (const name of ['x', 'y']) await secrets.set(owner, name, 'value');
    const undone = store.database.transaction().execute(async (transaction) => {
      await forgetSecrets('a')(transaction);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await secrets.get('a', 'x')).toBe('value');
    await store.database.transaction().execute(forgetSecrets('a'));
    expect(await Promise.all([secrets.get('a', 'x'), secrets.get('a', 'y')])).toEqual([undefined, undefined]);
    expect(await secrets.get('b', 'y')).toBe('value');
  });

  it('has no plain text in any file', async () => {
    const secrets = await secretsNow();
    await secrets.set('a', 'password', 'a-very-plain-text');
    const files = (await readdir(folder.path)).filter((name) => name.startsWith('devyard.db'));
    expect(files).toContain('devyard.db-wal');
    for (const name of files) {
      const bytes = await readFile(place(name));
      for (const encoding of ['utf8', 'base64url', 'hex'] as const)
        expect(bytes.includes(Buffer.from('a-very-plain-text').toString(encoding).slice(0, 20))).toBe(false);
    }
  });

  it('says so of a row that was moved to another owner', async () => {
    const secrets = await secretsNow();
    await secrets.set('a', 'password', 'one');
    await store.database.updateTable('secrets').set({ owner: 'b' }).execute();
    await expect(secrets.get('b', 'password')).rejects.toMatchObject({ code: 'store-corrupt' });
    expect(await secrets.get('a', 'password')).toBeUndefined();
  });

  it('makes a key file private that others could read, and says so', async () => {
    await (await secretsNow()).set('a', 'password', 'one');
    await chmod(place('secrets.key'), 0o644);
    expect(await (await secretsNow()).get('a', 'password')).toBe('one');
    expect((await stat(place('secrets.key'))).mode & 0o777).toBe(0o600);
    expect(problems).toMatchObject([{ code: 'forbidden', message: expect.stringContaining('secrets.key') as string }]);
  });

  it.each(['', 'short\n', `${'A'.repeat(42)}!\n`, `${'A'.repeat(43)}\nmore`])(
    'puts a key file aside that holds %j, and calls what it sealed unreadable, not missing',
    async (damaged) => {
      await (await secretsNow()).set('a', 'password', 'one');
      const good = await readFile(place('secrets.key'), 'utf8');
      await writeFile(place('secrets.key'), damaged);
      const secrets = await secretsNow();
      expect(problems).toMatchObject([{ code: 'store-corrupt' }]);
      expect(await readFile(place('secrets.key.corrupt-7'), 'utf8')).toBe(damaged);
      await expect(secrets.get('a', 'password')).rejects.toMatchObject({
        code: 'store-corrupt',
        message: expect.not.stringContaining('one') as string,
      });
      await writeFile(place('secrets.key'), good);
      expect(await (await secretsNow()).get('a', 'password')).toBe('one');
    },
  );
});
