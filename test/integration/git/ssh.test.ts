import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureSshd } from '../../../scripts/lib/sshd.mjs';
import { type Temporary, temporaryFolder } from '../../support/temporary.ts';
import { openSshServer, type SshServer } from './sshServer.ts';
import { GitWorld } from './world.ts';

describe('cloning over ssh', () => {
  let folder: Temporary;
  let opened: SshServer | undefined;
  let server: SshServer;
  let reason = '';
  let world: GitWorld;
  beforeAll(async () => {
    folder = await temporaryFolder('devyard-ssh-');
    const sshd = await ensureSshd();
    if (sshd.path === undefined) reason = sshd.reason;
    else opened = await openSshServer(sshd.path, join(folder.path, 'ssh'));
  });
  afterAll(async () => {
    await opened?.[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });
  beforeEach(async ({ skip }) => {
    world = await GitWorld.open();
    if (opened === undefined) skip(reason);
    else server = opened;
  });
  afterEach(async () => {
    await world[Symbol.asyncDispose]();
  });

  const urlOf = (path: string): string => `ssh://${server.user}@127.0.0.1:${String(server.port)}${path}`;
  const hello = (): Promise<string> => readFile(join(world.into, 'hello.txt'), 'utf8');

  it('uses the person’s core.sshCommand and ssh agent', async () => {
    const bare = await world.repository('app.git', 20);
    await writeFile(join(world.home, '.gitconfig'), `[core]\n\tsshCommand = ssh -F ${server.configFile}\n`);
    await world.clone(urlOf(bare), { env: { ...world.env, SSH_AUTH_SOCK: server.agentSocket } });
    expect(await hello()).toBe('hello\n');
    expect(world.progress.some(({ step }) => step.startsWith('Receiving objects'))).toBe(true);
  });

  it('uses the person’s GIT_SSH_COMMAND, for host:path too', async () => {
    const bare = await world.repository('app.git');
    const own = `ssh -F ${server.configFile} -p ${String(server.port)}`;
    const env = { ...world.env, SSH_AUTH_SOCK: server.agentSocket, GIT_SSH_COMMAND: own };
    await world.clone(`${server.user}@127.0.0.1:${bare}`, { env });
    expect(await hello()).toBe('hello\n');
  });

  it('says that the key of the host is not known, and accepts none by itself', async () => {
    const bare = await world.repository('app.git');
    await expect(world.clone(urlOf(bare))).rejects.toMatchObject({
      code: 'forbidden',
      field: 'url',
      message: expect.stringContaining('Host key verification failed') as string,
      hint: expect.stringContaining('Connect once with ssh') as string,
    });
  });

  it('opens no dialog for a password, even with an ssh command that would', async () => {
    const bare = await world.repository('app.git');
    const asked = join(world.path, 'asked');
    const dialog = join(world.path, 'dialog');
    await writeFile(dialog, `#!/bin/sh\ntouch '${asked}'\n`, { mode: 0o755 });
    const own = `ssh -F ${server.configFile}`;
    const env = {
      ...world.env,
      GIT_SSH_COMMAND: own,
      SSH_ASKPASS: dialog,
      SSH_ASKPASS_REQUIRE: 'force',
      DISPLAY: ':0',
    };
    await expect(world.clone(urlOf(bare), { env })).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('Permission denied') as string,
    });
    await expect(readFile(asked)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('says that there is no such repository', async () => {
    const own = `ssh -F ${server.configFile}`;
    const env = { ...world.env, SSH_AUTH_SOCK: server.agentSocket, GIT_SSH_COMMAND: own };
    await expect(world.clone(urlOf('/srv/nothing.git'), { env })).rejects.toMatchObject({
      code: 'invalid',
      field: 'url',
    });
  });
});

describe('which ssh is run', () => {
  it.each([
    ['', {}, '-o BatchMode=yes -o ControlMaster=no'],
    ['[core]\n\tsshCommand = ssh -v\n', {}, '-v'],
    ['[core]\n\tsshCommand = ssh -v\n', { GIT_SSH_COMMAND: 'ssh -4' }, '-4'],
  ])('asks nothing, unless the person named another (%j, %j)', async (config, own, expected) => {
    await using world = await GitWorld.open();
    const bin = join(world.path, 'bin');
    const seen = join(world.path, 'seen');
    await mkdir(bin);
    await writeFile(join(bin, 'ssh'), `#!/bin/sh\necho "$@" >> '${seen}'\nexit 255\n`, { mode: 0o755 });
    await writeFile(join(world.home, '.gitconfig'), config);
    const env = { ...world.env, ...own, PATH: `${bin}:${world.env['PATH'] ?? ''}` };
    await expect(world.clone('git@host.invalid:repo', { env })).rejects.toMatchObject({ code: 'unavailable' });
    const calls = (await readFile(seen, 'utf8')).trim().split('\n');
    expect(calls.at(-1)).toContain('git@host.invalid');
    for (const call of calls) expect(call.startsWith(expected)).toBe(true);
  });
});
