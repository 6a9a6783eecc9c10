import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Workspace } from '../../../src/api/contract/dokploy.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { dropSessions, lookForSessions } from './dokploySessions.ts';
import { DokployYard, jobOf, run } from './dokployYard.ts';

let yard: DokployYard;
let box: Workspace;
let port: number;
let agent: Awaited<ReturnType<typeof startAgent>> | undefined;
/** `ssh-add -l` shows it. */
const comment = 'the-key-of-a-person';
const [sshAgent, sshAdd] = ['/usr/bin/ssh-agent', '/usr/bin/ssh-add'] as const;

beforeAll(async () => {
  agent = existsSync(sshAgent) && existsSync(sshAdd) ? await startAgent() : undefined;
  yard = await DokployYard.open({}, (one) => {
    one.env['SSH_AUTH_SOCK'] = agent?.socket;
  });
  if (yard.dokploy.machines !== 'docker') return;
  port = yard.sshPortRange.to + 1;
  box = await yard.create('box', {
    cpus: 0.5,
    memoryMb: 128,
    env: { KEPT: 'as it is', CHANGED: 'before', GONE: 'soon' },
    ports: [{ published: port, target: 7000, protocol: 'tcp' }],
  });
}, 120_000);
afterAll(async () => {
  await yard[Symbol.asyncDispose]();
  await agent?.stop();
});

beforeEach(({ skip }) => {
  if (yard.dokploy.machines !== 'docker') skip('there is no Docker engine here');
});

/** An agent of its own with one key. */
async function startAgent(): Promise<{ readonly socket: string; readonly stop: () => Promise<void> }> {
  const folder = await temporaryFolder();
  const [socket, key] = [join(folder.path, 'agent'), join(folder.path, 'key')];
  const child = spawn(sshAgent, ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', key]);
  await execa(sshAdd, ['-q', key], { env: { SSH_AUTH_SOCK: socket } });
  return {
    socket,
    async stop() {
      const exit = once(child, 'exit');
      child.kill();
      await exit;
      await folder[Symbol.asyncDispose]();
    },
  };
}

const appName = (): string => box.appName ?? '';
const published = (): readonly string[] =>
  (yard.dokploy.spec(appName())?.ports ?? [])
    .map((one) => `${String(one.published)}:${String(one.target)}/${one.protocol}`)
    .toSorted();

describe('an edit', () => {
  it('of image, limits, environment and ports is deployed, and keeps the rest', async () => {
    await yard.say(box.id, 'echo kept >~/note');
    // Another name of the same image.
    const image = `docker.io/library/${yard.dokploy.image}`;
    const changed = await yard.change(box.id, {
      image,
      cpus: 0.25,
      memoryMb: 192,
      env: { KEPT: null, CHANGED: 'after "that" $HOME', ADDED: 'several\nlines' },
      ports: [{ published: port + 1, target: 7001, protocol: 'udp' }],
      volumes: [...box.volumes, { name: `${appName()}-more`, mountPath: '/more' }],
    });
    expect(changed.state).toMatchObject({ status: 'succeeded' });
    const spec = yard.dokploy.spec(appName());
    expect(spec).toMatchObject({ image, nanoCpus: 25e7, memoryBytes: 192 * 1024 * 1024 });
    const ssh = `${String(box.endpoint?.port)}:22/tcp`;
    expect(published()).toEqual([ssh, `${String(port + 1)}:7001/udp`].toSorted());
    // Only a shell can have a value of several lines, and only one that begins as after a login.
    const values = `sh -lc 'echo "$KEPT|$CHANGED|$ADDED|$GONE"'; cat ~/note; grep -c ' /more ' /proc/self/mountinfo`;
    expect(await yard.say(box.id, values)).toBe('as it is|after "that" $HOME|several\nlines|\nkept\n1');
    expect(await yard.get(box.id)).toMatchObject({
      state: { status: 'running' },
      image,
      cpus: 0.25,
      memoryMb: 192,
      envNames: ['KEPT', 'CHANGED', 'ADDED'],
      endpoint: box.endpoint,
      hostKey: box.hostKey,
    });
    expect((await yard.change(box.id, { cpus: null, memoryMb: null, env: {}, ports: [] })).state.status).toBe(
      'succeeded',
    );
    expect(yard.dokploy.spec(appName())).toMatchObject({ nanoCpus: undefined, memoryBytes: undefined });
    expect(published()).toEqual([ssh]);
    expect(yard.dokploy.spec(appName())?.env.join()).not.toMatch(/KEPT|CHANGED|ADDED/);
  });

  it('of one with Docker inside is deployed, too', async () => {
    const nest = await yard.create('nest', { docker: true, cpus: 0.5, env: { KEPT: 'as it is' } });
    const extra = { published: port + 2, target: 7000, protocol: 'tcp' } as const;
    const changed = await yard.change(nest.id, {
      cpus: null,
      memoryMb: 256,
      env: { KEPT: null, NEW: '$HOME' },
      ports: [extra],
    });
    expect(changed.state).toMatchObject({ status: 'succeeded' });
    const spec = yard.dokploy.spec(nest.appName ?? '');
    expect(spec).toMatchObject({ privileged: true, memoryBytes: 256 * 1024 * 1024, nanoCpus: undefined });
    expect(spec?.ports).toEqual(
      expect.arrayContaining([expect.objectContaining({ published: port + 2, target: 7000 })]),
    );
    expect(await yard.say(nest.id, 'echo "$KEPT|$NEW"')).toBe('as it is|$HOME');
    expect(await yard.get(nest.id)).toMatchObject({ endpoint: nest.endpoint, hostKey: nest.hostKey });
    expect((await yard.remove(nest.id, { volumes: true })).state.status).toBe('succeeded');
  }, 90_000);

  it('that changes nothing deploys nothing, and a wrong one names the field', async () => {
    yard.dokploy.resetCounts();
    const same = await yard.change(box.id, { cpus: null, env: {}, forwardAgent: false });
    expect(same.state.status).toBe('succeeded');
    expect(yard.dokploy.count(/deploy$/)).toBe(0);
    const wrong = [
      [{ cpus: -1 }, 'cpus'],
      [{ image: 'two words' }, 'image'],
      [{ env: { NEW: null } }, 'env.NEW'],
      [{ volumes: [{ name: 'some-data', mountPath: '/a/../b' }] }, 'volumes[0].mountPath'],
      [{ ports: [1, 1].map(() => ({ published: port, target: 1, protocol: 'tcp' as const })) }, 'ports[1].published'],
    ] as const;
    for (const [body, field] of wrong)
      await expect(yard.change(box.id, body as never)).rejects.toMatchObject({ code: 'invalid', field });
    // Only Dokploy knows who has a port already.
    const taken = [{ published: box.endpoint?.port ?? 0, target: 7000, protocol: 'tcp' as const }];
    const other = await yard.begin('other', { ports: taken });
    expect((await jobOf(yard.client, other.id)).state).toMatchObject({
      status: 'failed',
      error: { code: 'port-taken', field: 'ports[0].published', message: expect.stringContaining('box') as string },
    });
    await yard.remove(other.id);
  });

  it('of the registry reaches Dokploy, and its password comes back nowhere', async () => {
    const image = `index.docker.io/library/${yard.dokploy.image}`;
    const [username, password] = ['puller', 'a password of the registry'];
    yard.dokploy.requireLogin(image, { username, password });
    const url = 'registry.example';
    const wrong = { url, username, password: 'a wrong password' };
    const refused = await yard.change(box.id, { image, registry: wrong });
    expect(refused.state).toMatchObject({
      status: 'failed',
      error: { code: 'start-failed', message: expect.stringContaining('no basic auth credentials') as string },
    });
    // What ran before goes on.
    const failed = await yard.get(box.id);
    expect(failed).toMatchObject({ registry: { url, username }, state: { status: 'running' } });
    expect(await yard.say(box.id, 'cat ~/note')).toBe('kept');
    const changed = await yard.change(box.id, { registry: { url, username, password } });
    expect(changed.state).toMatchObject({ status: 'succeeded' });
    const row = (await yard.past('application.one', { applicationId: box.serviceId })) as Record<string, unknown>;
    expect(row).toMatchObject({ dockerImage: image, registryUrl: url, username, password });
    const now = await yard.get(box.id);
    expect(now).toMatchObject({ image, registry: { url, username }, state: { status: 'running' } });
    const said = JSON.stringify([refused, failed, changed, now, await yard.client.call('jobs.list', {})]);
    for (const secret of [password, wrong.password]) expect(said).not.toContain(secret);
    await expect(yard.begin('compose', { docker: true, registry: wrong })).rejects.toMatchObject({ field: 'registry' });
  });
});

describe('the SSH agent of the person', () => {
  it('is not there by default, and is as soon as it is wished, without a deployment', async ({ skip }) => {
    if (agent === undefined) skip('there is no ssh-agent here');
    const put = await yard.client.exec(box.id, 'cat >/tmp/ssh-add && chmod +x /tmp/ssh-add');
    put.stdout.resume();
    put.stderr.resume();
    put.stdin.end(await readFile(sshAdd));
    expect(await put.exit).toMatchObject({ code: 0 });
    expect(await run(yard.client, box.id, '/tmp/ssh-add -l')).toMatchObject({ code: 2, stdout: '' });
    expect((await yard.client.call('dokploy.sshConfig', {})).text).toContain('ForwardAgent no');
    yard.dokploy.resetCounts();
    expect((await yard.change(box.id, { forwardAgent: true })).state.status).toBe('succeeded');
    expect(await yard.say(box.id, '/tmp/ssh-add -l')).toContain(comment);
    expect((await yard.client.call('dokploy.sshConfig', {})).text).toContain('ForwardAgent yes');
    expect((await yard.change(box.id, { forwardAgent: false })).state.status).toBe('succeeded');
    expect(await run(yard.client, box.id, '/tmp/ssh-add -l')).toMatchObject({ code: 2, stdout: '' });
    expect(yard.dokploy.count(/deploy$/)).toBe(0);
  });
});

describe('domains', () => {
  it('that Dokploy routes to it are shown', async () => {
    const domain = { applicationId: box.serviceId, domainType: 'application', port: 7000 };
    await yard.past('domain.create', { ...domain, host: 'box.example.com', https: true });
    await yard.past('domain.create', { ...domain, host: 'other.example.com', path: '/api' });
    const { domains } = await yard.ask(box.id);
    expect([...domains].toSorted()).toEqual(['http://other.example.com/api', 'https://box.example.com']);
  });
});

describe('a workspace that nobody uses', () => {
  it('stops by itself, but not while a session is open, and starts again', async () => {
    expect((await yard.change(box.id, { idleStopMinutes: 1 })).state.status).toBe('succeeded');
    const session = await yard.client.exec(box.id, 'echo in; read line; echo "$line"');
    session.stderr.resume();
    await once(session.stdout, 'readable');
    await lookForSessions(yard.dokploy, appName(), 10);
    expect((await yard.ask(box.id)).state.status).toBe('running');
    session.stdin.end('still here\n');
    const said: Buffer[] = [];
    for await (const chunk of session.stdout) said.push(chunk as Buffer);
    expect(Buffer.concat(said).toString()).toBe('in\nstill here\n');
    // Devyard keeps its connection for another minute; this takes it away.
    await dropSessions(yard.dokploy, appName());
    await lookForSessions(yard.dokploy, appName(), 10);
    await vi.waitFor(async () => expect((await yard.ask(box.id)).state).toEqual({ status: 'stopped' }), 20_000);
    expect((await yard.act('start', box.id)).state).toMatchObject({ status: 'succeeded' });
    expect(await yard.say(box.id, 'cat ~/note')).toBe('kept');
  });
});
