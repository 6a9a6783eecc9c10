import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureDevPodKey } from '../../../../../src/managers/dokploy/ssh/keyFiles.ts';
import {
  checkedPrivateKey,
  ed25519KeyPair,
  type KeyPair,
  makeEd25519Key,
  makeRsaKey,
  publicLine,
} from '../../../../../src/managers/dokploy/ssh/keys.ts';
import { DevyardError } from '../../../../../src/managers/shared/errors.ts';
import { temporaryFolder } from '../../../../support/temporary.ts';

/** What is said of a text that is no usable key. */
async function hintFor(text: string): Promise<string | undefined> {
  const error: unknown = await checkedPrivateKey(text).catch((reason: unknown) => reason);
  if (!(error instanceof DevyardError) || error.code !== 'invalid' || error.field !== 'privateKey') throw error;
  return error.hint;
}

describe('keys', () => {
  it('are made and read again, whatever bytes they have', async () => {
    for (const first of [0, 1, 127, 128, 255]) {
      const point = Buffer.alloc(32, 9);
      point[0] = first;
      const pair = ed25519KeyPair(Buffer.alloc(32, first), point, 'comment');
      expect(await publicLine(pair.privateKey, 'comment')).toBe(pair.publicKey);
    }
    const made = await makeEd25519Key('me');
    expect(made.publicKey).toMatch(/^ssh-ed25519 [\w+/]{68} me$/);
    expect(await checkedPrivateKey(made.privateKey)).toBe(made.privateKey);
    expect((await makeEd25519Key()).privateKey).not.toBe(made.privateKey);
  });

  it('are RSA in PKCS#1 for DevPod', async () => {
    const { privateKey, publicKey } = await makeRsaKey();
    expect(createPrivateKey(privateKey).asymmetricKeyDetails?.modulusLength).toBe(3072);
    expect(privateKey).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/);
    expect(publicKey).toMatch(/^ssh-rsa [\w+/=]+ devyard$/);
  });

  it('are taken with the line ends that they lost on the way', async () => {
    const { privateKey } = await makeEd25519Key();
    const damaged = `\r\n  ${privateKey.trim().replaceAll('\n', '\r\n')}`;
    expect(await checkedPrivateKey(damaged)).toBe(privateKey);
  });

  it('are refused with what to do', async () => {
    const { privateKey, publicKey } = await makeEd25519Key();
    expect(await hintFor('')).toMatch(/key file/);
    expect(await hintFor('hello')).toMatch(/key file/);
    expect(await hintFor(publicKey)).toMatch(/private one/);
    expect(await hintFor(privateKey.replace(/.{80}/s, ''))).toMatch(/key file/);
    expect(await hintFor(privateKey.slice(0, 200))).toMatch(/whole file/);
    expect(await hintFor('x'.repeat(70_000))).toMatch(/key file/);
    expect(await hintFor('PuTTY-User-Key-File-3: ssh-ed25519\n')).toMatch(/puttygen/);
    expect(
      await hintFor(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
    ).toMatch(/ssh-keygen -p/);
    expect(
      await hintFor(generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString()),
    ).toMatch(/private one/);
    const { privateKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    for (const type of ['pkcs1', 'pkcs8'] as const) {
      const secret = { type, format: 'pem', cipher: 'aes-128-cbc', passphrase: 'secret' } as const;
      expect(await hintFor(rsa.export(secret).toString())).toMatch(/ssh-keygen -p -N ""/);
    }
  });
});

describe('DevPod’s key', () => {
  const make = async (): Promise<KeyPair> => makeEd25519Key();

  it('is made once, also by two at once, and nothing else is left', async () => {
    await using folder = await temporaryFolder();
    const machine = join(folder.path, 'machine');
    const pairs = await Promise.all(Array.from({ length: 5 }, () => ensureDevPodKey(machine, make)));
    expect(new Set(pairs.map(({ privateKey }) => privateKey)).size).toBe(1);
    expect((await readdir(machine)).toSorted()).toEqual(['id_devpod_rsa', 'id_devpod_rsa.pub']);
    expect((await stat(join(machine, 'id_devpod_rsa'))).mode & 0o777).toBe(0o600);
  });

  it('is the one that is there; its public half is written where it is missing or another’s', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'id_devpod_rsa');
    const own = await make();
    await writeFile(file, own.privateKey);
    await chmod(file, 0o644);
    await writeFile(`${file}.pub`, (await make()).publicKey);
    const never = (): Promise<KeyPair> => Promise.reject(new Error('There is one.'));
    expect(await ensureDevPodKey(folder.path, never)).toEqual(own);
    expect(await readFile(`${file}.pub`, 'utf8')).toBe(`${own.publicKey}\n`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await writeFile(`${file}.pub`, `${own.publicKey} and a note`);
    await ensureDevPodKey(folder.path, never);
    expect(await readFile(`${file}.pub`, 'utf8')).toContain('and a note');
  });

  it('is never replaced when it cannot be read', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'id_devpod_rsa');
    await writeFile(file, 'half a k');
    await expect(ensureDevPodKey(folder.path, make)).rejects.toMatchObject({ code: 'invalid', field: 'privateKey' });
    expect(await readFile(file, 'utf8')).toBe('half a k');
    await mkdir(join(folder.path, 'other', 'id_devpod_rsa'), { recursive: true });
    await expect(ensureDevPodKey(join(folder.path, 'other'), make)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
