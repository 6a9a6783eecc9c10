import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Workspace } from '../../../src/api/contract/dokploy.ts';
import { dropSessions } from './dokploySessions.ts';
import { DokployYard, run } from './dokployYard.ts';

let yard: DokployYard;
let box: Workspace;

const extra = { target: 7000, protocol: 'tcp' } as const;
const env = { GREETING: 'hello "there" $you', PASSPHRASE: 'a secret of many letters' };

beforeAll(async () => {
  yard = await DokployYard.open();
  if (yard.dokploy.machines !== 'docker') return;
  box = await yard.create('box', {
    project: { name: 'crew' },
    environment: { name: 'staging' },
    cpus: 0.5,
    memoryMb: 128,
    env,
    ports: [{ ...extra, published: yard.sshPortRange.to + 1 }],
  });
}, 120_000);
afterAll(() => yard[Symbol.asyncDispose]());

beforeEach(({ skip }) => {
  if (yard.dokploy.machines !== 'docker') skip('there is no Docker engine here');
});

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const appName = (): string => box.appName ?? '';

describe('a workspace', () => {
  it('is made in the project and environment of those names, and the service is what was asked for', async () => {
    expect(box).toMatchObject({
      managed: 'created',
      project: { name: 'crew' },
      environment: { name: 'staging' },
      state: { status: 'running' },
      envNames: ['GREETING', 'PASSPHRASE'],
      endpoint: { host: '127.0.0.1', user: 'dev', port: yard.sshPortRange.from },
    });
    const listed = JSON.stringify(await yard.past('project.all', {}));
    for (const word of ['crew', 'staging', box.serviceId ?? '-']) expect(listed).toContain(word);
    const spec = yard.dokploy.spec(appName());
    expect(spec).toMatchObject({ image: yard.dokploy.image, memoryBytes: 128 * 1024 * 1024, nanoCpus: 5e8 });
    expect(spec?.ports.map(({ published, target }) => [published, target])).toEqual(
      expect.arrayContaining([
        [box.endpoint?.port, 22],
        [yard.sshPortRange.to + 1, 7000],
      ]),
    );
    expect(await yard.say(box.id, 'id -un; echo "$GREETING"')).toBe(`dev\n${env.GREETING}`);
  });

  it('takes 50 MB in and out as they are, and keeps exit codes and signals', async () => {
    const bytes = randomBytes(50 * 1024 * 1024);
    const into = await yard.client.exec(box.id, 'tee /tmp/big | sha256sum');
    into.stderr.resume();
    into.stdin.end(bytes);
    expect(await textOf(into.stdout)).toContain(sha256(bytes));
    expect(await into.exit).toEqual({ code: 0, signal: null });
    const out = await yard.client.exec(box.id, 'cat /tmp/big; rm /tmp/big');
    out.stderr.resume();
    out.stdin.end();
    const hash = createHash('sha256');
    for await (const chunk of out.stdout) hash.update(chunk as Buffer);
    expect(hash.digest('hex')).toBe(sha256(bytes));
    expect(await run(yard.client, box.id, 'exit 37')).toMatchObject({ code: 37, signal: null });
    expect(await run(yard.client, box.id, 'kill -TERM $$')).toMatchObject({ code: null, signal: 'TERM' });
  }, 120_000);

  it('shares one connection among many commands', async () => {
    const count = `cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$2 ~ /:0016$/ && $4 == "01"' | wc -l`;
    const ran = await Promise.all(Array.from({ length: 10 }, () => yard.say(box.id, `sleep 0.2; ${count}`)));
    expect(ran).toEqual(Array.from({ length: 10 }, () => '1'));
  });

  it('keeps volumes, address and host key through a restart, a redeploy, and a stop and start', async () => {
    await yard.say(box.id, 'echo kept >~/note');
    for (const action of ['restart', 'redeploy', 'restart', 'stop', 'start'] as const) {
      expect((await yard.act(action, box.id)).state.status).toBe('succeeded');
      const { state, hostKey, endpoint } = await yard.get(box.id);
      expect(state.status).toBe(action === 'stop' ? 'stopped' : 'running');
      expect({ hostKey, endpoint }).toEqual({ hostKey: box.hostKey, endpoint: box.endpoint });
      if (action !== 'stop') expect(await yard.say(box.id, 'cat ~/note')).toBe('kept');
    }
    // What runs is not started again, nor are its sessions ended.
    const session = await yard.client.exec(box.id, 'read line; echo "$line"');
    session.stderr.resume();
    expect((await yard.act('start', box.id)).state.status).toBe('succeeded');
    session.stdin.end('still here\n');
    expect(await textOf(session.stdout)).toBe('still here\n');
  }, 120_000);

  it('forwards a port, which survives a redeploy and a connection that breaks', async () => {
    await yard.say(box.id, 'echo from inside >~/page');
    const serve = 'busybox httpd -p 7000 -h ~';
    await yard.say(box.id, serve);
    const { localPort } = await yard.client.call('dokploy.forward', {
      params: { id: box.id },
      body: { remotePort: 7000 },
    });
    expect(await read(localPort)).toBe('from inside\n');
    expect((await yard.get(box.id)).forwards).toMatchObject([{ localPort, remotePort: 7000, state: 'open' }]);
    await expect(
      yard.client.call('dokploy.forward', { params: { id: box.id }, body: { remotePort: 7000, localPort: 1024 } }),
    ).rejects.toMatchObject({ code: 'conflict', field: 'localPort' });
    expect((await yard.act('redeploy', box.id)).state.status).toBe('succeeded');
    await yard.say(box.id, serve);
    expect(await read(localPort)).toBe('from inside\n');
    // Every sshd that has a session dies; the listening one lives on.
    await dropSessions(yard.dokploy, appName());
    expect(await read(localPort)).toBe('from inside\n');
    // It ends with the daemon, and the next one does not say otherwise.
    await yard.killAndStart();
    expect((await yard.get(box.id)).forwards).toEqual([]);
    await expect(read(localPort)).rejects.toThrow(/ECONNREFUSED|fetch failed|hang up/);
  }, 120_000);

  it('says so when the connection breaks in a command', async () => {
    const remote = await yard.client.exec(box.id, 'echo begun; sleep 600');
    remote.stderr.resume();
    await once(remote.stdout, 'readable');
    await dropSessions(yard.dokploy, appName());
    remote.stdout.resume();
    await expect(remote.exit).rejects.toMatchObject({ code: 'unavailable' });
    expect(await yard.say(box.id, 'echo again')).toBe('again');
  });

  it('refuses another host key and says how to accept it', async () => {
    await yard.dokploy.swapHostKey(appName());
    await dropSessions(yard.dokploy, appName());
    await expect(run(yard.client, box.id, 'true')).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining(box.hostKey ?? '-') as string,
      hint: expect.stringContaining('forget-host-key') as string,
    });
    expect((await yard.ask(box.id)).state).toMatchObject({ status: 'failed', hint: expect.any(String) as string });
    const forgotten = await yard.client.call('dokploy.forgetHostKey', { params: { id: box.id } });
    expect(forgotten.hostKey).toBeNull();
    expect(await yard.say(box.id, 'echo in')).toBe('in');
    const { state, hostKey } = await yard.ask(box.id);
    expect(state.status).toBe('running');
    expect(hostKey).not.toBe(box.hostKey);
  }, 120_000);

  it('goes without leaving anything: service, ports, what its volumes hold, ssh config, host key, key', async () => {
    const ssh = join(yard.yard.dataDir, 'ssh');
    const keyFile = join(ssh, 'keys', box.id);
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    expect((await yard.client.call('dokploy.sshConfig', {})).text).toContain(`Host ${box.sshAlias ?? '-'}\n`);
    const deleted = await yard.remove(box.id, { volumes: true });
    expect(deleted.items).toMatchObject([
      { name: 'volumes', status: 'done', message: expect.stringContaining('emptied') as string },
    ]);
    expect(deleted.state).toMatchObject({ status: 'succeeded' });
    // Twice is fine.
    expect((await yard.remove(box.id)).id).toBe(deleted.id);
    expect(await yard.client.call('dokploy.list', { query: { refresh: 'true' } })).toEqual([]);
    expect([yard.dokploy.services(), yard.dokploy.orphans()]).toEqual([[], []]);
    expect((await yard.client.call('dokploy.sshConfig', {})).text).not.toContain('Host ');
    expect(await readFile(join(ssh, 'known_hosts'), 'utf8')).not.toContain(box.sshAlias ?? '-');
    expect(await readdir(join(ssh, 'keys'))).toEqual([]);
    // An application's volumes stay on its server, but a workspace that gets them finds nothing in them.
    const heir = await yard.create('heir', { volumes: [...box.volumes] });
    expect(await yard.say(heir.id, 'ls ~')).toBe('');
    await yard.remove(heir.id);
  }, 120_000);
});

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function read(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${String(port)}/page`);
  return answer.text();
}
