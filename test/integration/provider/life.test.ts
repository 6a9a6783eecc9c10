import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DokployDouble, startDokploy } from '../../support/dokploy/double.ts';
import { type DevPod, openDevPod } from './devPod.ts';

/** One machine from its making to its end, driven as DevPod drives it. */
let dokploy: DokployDouble;
let devPod: DevPod;

beforeAll(async () => {
  dokploy = await startDokploy();
  devPod = await openDevPod({
    DOKPLOY_SERVER_URL: dokploy.url,
    DOKPLOY_API_TOKEN: dokploy.key,
    DOKPLOY_IMAGE: dokploy.image,
    ...(dokploy.user === undefined ? {} : { DOKPLOY_USER: dokploy.user }),
    DOKPLOY_PORT_RANGE: '23222-23250',
  });
}, 180_000);

afterAll(async () => {
  await devPod[Symbol.asyncDispose]();
  await dokploy[Symbol.asyncDispose]();
}, 60_000);

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('a machine', () => {
  it('is ready to be made when the server and the key are fine', async () => {
    const { code, stdout, stderr } = await devPod.run('init');
    expect({ code, stdout: stdout.toString(), stderr }).toEqual({
      code: 0,
      stdout: expect.stringContaining('Dokploy v0.30.2 answers'),
      stderr: '',
    });
  });

  it('is not there at first', async () => {
    expect(await devPod.status()).toBe('NotFound\n');
  });

  it('is made, and logged in to', async () => {
    const { stdout } = await devPod.succeed('create');
    expect(stdout.toString()).toMatch(
      /^DEVPOD_MACHINE_ID=box\nDEVPOD_MACHINE_HOST=127\.0\.0\.1\nDEVPOD_MACHINE_PORT=232\d\d\nDEVPOD_MACHINE_USER=\w+\n$/,
    );
    expect(await devPod.status()).toBe('Running\n');
  });

  it('is made only once', async () => {
    await devPod.succeed('create');
    expect(dokploy.count('compose.create')).toBe(1);
    expect(dokploy.count('compose.deploy')).toBe(1);
  });

  it('has a key that DevPod reads, for nobody else', async () => {
    const key = join(devPod.machineFolder, 'id_devpod_rsa');
    expect(await readFile(key, 'utf8')).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/);
    expect((await stat(key)).mode & 0o777).toBe(0o600);
    expect(await readFile(`${key}.pub`, 'utf8')).toMatch(/^ssh-rsa AAAA\S+/);
  });

  it('runs commands and keeps their exit codes', async () => {
    const { code, stdout, stderr } = await devPod.command('echo out; echo err >&2; exit 37');
    expect({ code, stdout: stdout.toString(), stderr }).toEqual({ code: 37, stdout: 'out\n', stderr: 'err\n' });
    expect((await devPod.command('kill -TERM $$')).code).toBe(143);
  });

  it('takes 50 MB and gives them back as they were', async () => {
    const bytes = randomBytes(50_000_000);
    const { code, stdout } = await devPod.command('cat', { stdin: bytes });
    expect(code).toBe(0);
    expect(sha256(stdout)).toBe(sha256(bytes));
  });

  it('reads the end of its input', async () => {
    const { code, stdout } = await devPod.command('wc -c; echo after', { stdin: Buffer.from('12345') });
    expect({ code, stdout: stdout.toString().trim() }).toEqual({ code: 0, stdout: '5\nafter' });
  });

  it('is stopped and started', async () => {
    await devPod.succeed('stop');
    expect(await devPod.status()).toBe('Stopped\n');
    await devPod.succeed('stop');
    await devPod.succeed('start');
    expect(await devPod.status()).toBe('Running\n');
    await devPod.succeed('start');
    expect((await devPod.command('exit 5')).code).toBe(5);
  });

  it('is deleted with all that belongs to it, and may be deleted again', async () => {
    await devPod.succeed('delete');
    expect(await devPod.status()).toBe('NotFound\n');
    expect(dokploy.services()).toEqual([]);
    expect(await dokploy.volumes()).toEqual([]);
    expect(await readdir(devPod.machineFolder)).toEqual([]);
    await devPod.succeed('delete');
    await devPod.succeed('stop');
    expect((await devPod.run('start')).code).toBe(1);
  });
});
