import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Workspace } from '../../../src/api/contract/dokploy.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { DokployYard } from './dokployYard.ts';

/** OpenSSH's own programs, with nothing but the config that the daemon keeps. */
let yard: DokployYard;
let box: Workspace;
let config: string;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder('devyard-openssh-');
  yard = await DokployYard.open();
  if (yard.dokploy.machines !== 'docker') return;
  box = await yard.create('My box');
  config = (await yard.client.call('dokploy.sshConfig', {})).file;
}, 120_000);
afterAll(async () => {
  await yard[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});
beforeEach(({ skip }) => {
  if (yard.dokploy.machines !== 'docker') skip('there is no Docker engine here');
});

const run = promisify(execFile);
const at = (name: string): string => join(folder.path, name);
const ssh = (...args: readonly string[]): Promise<{ stdout: string }> => run('ssh', ['-F', config, ...args]);

describe('the ssh config that the daemon keeps', () => {
  it('is good for a command and its exit code', async () => {
    expect((await ssh(box.sshAlias ?? '', 'id -un')).stdout).toBe('dev\n');
    await expect(ssh(box.sshAlias ?? '', 'exit 37')).rejects.toMatchObject({ code: 37 });
  });

  it('is good for scp and sftp', async () => {
    const bytes = randomBytes(1_000_000);
    await writeFile(at('there'), bytes);
    await run('scp', ['-q', '-F', config, at('there'), `${box.sshAlias ?? ''}:copied`]);
    await writeFile(at('batch'), `rename copied moved\nget moved ${at('back')}\n`);
    await run('sftp', ['-q', '-b', at('batch'), '-F', config, box.sshAlias ?? '']);
    expect((await readFile(at('back'))).equals(bytes)).toBe(true);
  });

  it('is good for a forwarded port', async () => {
    const way = `${at('socket')}:127.0.0.1:22`;
    const forwarding = spawn('ssh', ['-F', config, '-L', way, box.sshAlias ?? '', 'echo up; cat']);
    try {
      await once(forwarding.stdout, 'data');
      const socket = connect(at('socket'));
      const [greeting] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      expect(greeting.toString()).toMatch(/^SSH-2\.0-/);
    } finally {
      forwarding.stdin.end();
      await once(forwarding, 'close');
    }
  });

  it('lets nobody in whose host key is another one, and asks nobody about it', async () => {
    await yard.dokploy.swapHostKey(box.appName ?? '');
    const attempt = (): Promise<unknown> => ssh(box.sshAlias ?? '', 'echo in').catch((error: unknown) => error);
    // Its SSH server takes a moment to run itself anew.
    await expect.poll(attempt, { timeout: 20_000 }).toMatchObject({
      code: 255,
      stdout: '',
      stderr: expect.stringContaining('REMOTE HOST IDENTIFICATION HAS CHANGED'),
    });
    await yard.client.call('dokploy.forgetHostKey', { params: { id: box.id } });
    // Nothing is pinned, and OpenSSH pins nothing by itself.
    await expect(ssh(box.sshAlias ?? '', 'echo in')).rejects.toMatchObject({ code: 255, stdout: '' });
    expect(await yard.say(box.id, 'echo in')).toBe('in');
    expect((await ssh(box.sshAlias ?? '', 'echo in')).stdout).toBe('in\n');
  });

  it('knows the host no more once it is deleted', async () => {
    await yard.remove(box.id, { volumes: true });
    await expect(ssh(box.sshAlias ?? '', 'true')).rejects.toMatchObject({
      stderr: expect.stringContaining(`Could not resolve hostname ${box.sshAlias ?? ''}`),
    });
  });
});
