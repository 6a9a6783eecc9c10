import { execFile, execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureSshd } from '../../../scripts/lib/sshd.mjs';
import { connect } from '../../../src/managers/dokploy/ssh/connect.ts';
import { addInclude, isIncluded, removeInclude } from '../../../src/managers/dokploy/ssh/include.ts';
import { ensureDevPodKey, writePrivateKey } from '../../../src/managers/dokploy/ssh/keyFiles.ts';
import { ed25519KeyPair, makeEd25519Key, makeRsaKey } from '../../../src/managers/dokploy/ssh/keys.ts';
import { KnownHosts } from '../../../src/managers/dokploy/ssh/knownHosts.ts';
import { renderSshConfig, type SshConfigEntry } from '../../../src/managers/dokploy/ssh/sshConfig.ts';
import { type Temporary, temporaryFolder } from '../../support/temporary.ts';
import { openSshWorld, type SshWorld } from './sshWorld.ts';

const run = promisify(execFile);

/** With the real OpenSSH: what is written here is for it to read. */
describe('files for OpenSSH', () => {
  let folder: Temporary;
  let sshd = '';
  beforeEach(async ({ skip }) => {
    folder = await temporaryFolder('devyard ssh ');
    const found = await ensureSshd();
    if (found.path === undefined) skip(found.reason);
    else sshd = found.path;
  });
  afterEach(async () => {
    await folder[Symbol.asyncDispose]();
  });
  const at = (...names: string[]): string => join(folder.path, ...names);
  /** What OpenSSH makes of a config for a host. */
  const settingsOf = async (config: string, host: string): Promise<ReadonlyMap<string, string>> => {
    const { stdout } = await run('ssh', ['-G', '-F', config, host]);
    return new Map(
      stdout
        .trim()
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
    );
  };
  const entry = (own: Partial<SshConfigEntry> = {}): SshConfigEntry => ({
    alias: 'devyard-api',
    title: 'api',
    endpoint: { host: 'server.example', port: 2222 },
    user: 'dev',
    identityFile: at('keys', 'api'),
    forwardAgent: false,
    ...own,
  });

  it.each([
    'plain',
    'with blank',
    '100%h %% done',
    'o’clock',
    "o'clock",
    'hash # sign',
    'a=b',
    'back\\slash',
    'ünïcode',
  ])('names a key file in a folder called %j', async (name) => {
    const config = at('config');
    const identityFile = at(name, 'id');
    const knownHostsFile = at(name, 'known_hosts');
    await writeFile(config, renderSshConfig([entry({ identityFile })], knownHostsFile));
    const settings = await settingsOf(config, 'devyard-api');
    // OpenSSH prints this path before it expands `%`, and the other one after.
    expect(settings.get('identityfile')?.replaceAll('%%', '%')).toBe(identityFile);
    expect(settings.get('userknownhostsfile')).toBe(knownHostsFile);
  });

  it('says everything that OpenSSH has to know, for this host only', async () => {
    const config = at('config');
    const entries = [
      entry(),
      entry({ alias: 'devyard-web', endpoint: { host: '2001:db8::7', port: 22 }, forwardAgent: true }),
    ];
    await writeFile(config, renderSshConfig(entries, at('known_hosts')));
    expect(Object.fromEntries(await settingsOf(config, 'devyard-api'))).toMatchObject({
      hostname: 'server.example',
      port: '2222',
      user: 'dev',
      identitiesonly: 'yes',
      preferredauthentications: 'publickey',
      hostkeyalias: 'devyard-api',
      stricthostkeychecking: 'true',
      checkhostip: 'no',
      forwardagent: 'no',
      serveraliveinterval: '15',
      serveralivecountmax: '4',
    });
    expect(Object.fromEntries(await settingsOf(config, 'devyard-web'))).toMatchObject({
      hostname: '2001:db8::7',
      forwardagent: 'yes',
    });
    expect((await settingsOf(config, 'elsewhere')).get('hostkeyalias')).toBeUndefined();
  });

  it('is included for every host, whatever blocks the person’s file begins with', async () => {
    const [config, own] = [at('home', '.ssh', 'config'), at('data dir', 'ssh config')];
    await mkdir(at('data dir'));
    await writeFile(own, renderSshConfig([entry()], at('known_hosts')));
    await mkdir(at('home', '.ssh'), { recursive: true });
    await writeFile(config, 'Host example\n  User somebody\n  Port 1\n');
    await addInclude({ configFile: config, includedFile: own });
    expect((await settingsOf(config, 'devyard-api')).get('port')).toBe('2222');
    // What came before still holds for its host, and for no other.
    expect((await settingsOf(config, 'example')).get('user')).toBe('somebody');
    expect((await settingsOf(config, 'example')).get('hostkeyalias')).toBeUndefined();
    await removeInclude({ configFile: config, includedFile: own });
    expect(await isIncluded({ configFile: config, includedFile: own })).toBe(false);
    expect(await readFile(config, 'utf8')).toBe('Host example\n  User somebody\n  Port 1\n');
  });

  it('lets OpenSSH log in with the key, the pinned host and the config that Devyard wrote', async () => {
    await using world: SshWorld = await openSshWorld(sshd, at('ssh'));
    const [config, knownHosts, key] = [at('config'), at('known hosts'), at('own key')];
    const own = await makeEd25519Key();
    await writePrivateKey(key, own.privateKey);
    await writeFile(at('ssh', 'authorized_keys'), `${own.publicKey}\n`);
    const hostKeys = new KnownHosts(knownHosts);
    const target = { ...world.target, privateKey: own.privateKey, alias: 'devyard-api', hostKeys };
    (await connect(target)).end();
    const { host, port, user } = world.target;
    await writeFile(
      config,
      renderSshConfig([entry({ endpoint: { host, port }, user, identityFile: key })], knownHosts),
    );
    const { stdout } = await run('ssh', ['-F', config, 'devyard-api', 'echo hello']);
    expect(stdout).toBe('hello\n');

    await hostKeys.forget('devyard-api');
    const refused = await run('ssh', ['-F', config, 'devyard-api', 'true']).catch((error: { stderr: string }) => error);
    expect(refused.stderr).toContain('Host key verification failed');
  });

  it('takes the hosts that OpenSSH itself hashed', async () => {
    await using world: SshWorld = await openSshWorld(sshd, at('ssh'));
    (await connect(world.target)).end();
    execFileSync('ssh-keygen', ['-H', '-f', world.knownHostsFile], { stdio: 'pipe' });
    expect(await readFile(world.knownHostsFile, 'utf8')).not.toContain('devyard-test');
    await world.stop();
    await world.swapHostKey();
    await world.start();
    await expect(connect(world.target)).rejects.toMatchObject({ code: 'forbidden' });
    await world.target.hostKeys.forget('devyard-test');
    (await connect(world.target)).end();
  });

  it('makes keys that OpenSSH reads, also one whose public half begins with a zero byte', async () => {
    const { createPrivateKey, createPublicKey } = await import('node:crypto');
    let zero: ReturnType<typeof ed25519KeyPair> | undefined;
    for (let seed = 0; zero === undefined; seed += 1) {
      const secret = Buffer.alloc(32);
      secret.writeUInt32BE(seed);
      const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), secret]);
      const { x = '' } = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({
        format: 'jwk',
      });
      const point = Buffer.from(x, 'base64url');
      if (point[0] === 0) zero = ed25519KeyPair(secret, point, 'zero');
    }
    for (const pair of [zero, await makeEd25519Key('a b'), await makeRsaKey()]) {
      await writePrivateKey(at('key'), pair.privateKey);
      const { stdout } = await run('ssh-keygen', ['-y', '-f', at('key')]);
      expect(stdout.trim().split(' ').slice(0, 2)).toEqual(pair.publicKey.split(' ').slice(0, 2));
      expect((await stat(at('key'))).mode & 0o777).toBe(0o600);
    }
  });

  it('makes DevPod’s key once, and uses it from then on', async () => {
    const machine = at('machine');
    const both = await Promise.all([ensureDevPodKey(machine), ensureDevPodKey(machine)]);
    expect(both[0]).toEqual(both[1]);
    expect(await ensureDevPodKey(machine)).toEqual(both[0]);
    expect(await readFile(join(machine, 'id_devpod_rsa'), 'utf8')).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/);
    expect(await readFile(join(machine, 'id_devpod_rsa.pub'), 'utf8')).toBe(`${both[0].publicKey}\n`);
    const { stdout } = await run('ssh-keygen', ['-y', '-f', join(machine, 'id_devpod_rsa')]);
    expect(stdout.split(' ')[1]?.trim()).toBe(both[0].publicKey.split(' ')[1]);
  });

  it('writes to where a linked config lies', async () => {
    await mkdir(at('dotfiles'));
    await mkdir(at('.ssh'));
    await writeFile(at('dotfiles', 'config'), 'Host *\r\n  User me\r\n');
    await chmod(at('dotfiles', 'config'), 0o640);
    await symlink(at('dotfiles', 'config'), at('.ssh', 'config'));
    await addInclude({ configFile: at('.ssh', 'config'), includedFile: at('own') });
    expect(await readFile(at('dotfiles', 'config'), 'utf8')).toBe(`Include "${at('own')}"\r\nHost *\r\n  User me\r\n`);
    expect((await stat(at('dotfiles', 'config'))).mode & 0o777).toBe(0o640);
  });
});
