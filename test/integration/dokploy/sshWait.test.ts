import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureSshd } from '../../../scripts/lib/sshd.mjs';
import { connect } from '../../../src/managers/dokploy/ssh/connect.ts';
import { waitForLogin } from '../../../src/managers/dokploy/ssh/waitForLogin.ts';
import { type Temporary, temporaryFolder } from '../../support/temporary.ts';
import { openSshWorld, type SshWorld } from './sshWorld.ts';

describe('waiting for a login', () => {
  let folder: Temporary;
  let world: SshWorld;
  let opened: SshWorld | undefined;
  beforeEach(async ({ skip }) => {
    folder = await temporaryFolder('devyard-ssh-');
    const sshd = await ensureSshd();
    if (sshd.path === undefined) skip(sshd.reason);
    else opened = await openSshWorld(sshd.path, join(folder.path, 'ssh'));
    if (opened !== undefined) world = opened;
  });
  afterEach(async () => {
    await opened?.[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('ends when a server comes up and lets the key in', async () => {
    const keys = join(world.folder, 'authorized_keys');
    const key = await readFile(keys, 'utf8');
    await world.stop();
    const troubles: string[] = [];
    const refused = Promise.withResolvers<void>();
    const login = waitForLogin(world.target, {
      timeoutMs: 50_000,
      onTrouble: (message) => {
        troubles.push(message);
        if (message.startsWith('Nothing listens')) refused.resolve();
        // The start script writes the key a little later than the server is up.
        else void writeFile(keys, key);
      },
    });
    await refused.promise;
    await writeFile(keys, '');
    await world.start();
    await login;
    expect(troubles).toHaveLength(2);
    expect(troubles[1]).toContain('does not let');
  });

  it('ends at once for another host', async () => {
    (await connect(world.target)).end();
    await world.stop();
    await world.swapHostKey();
    await world.start();
    await expect(waitForLogin(world.target, { timeoutMs: 50_000 })).rejects.toMatchObject({ code: 'forbidden' });
  });
});
