import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Workspace } from '../../../src/api/contract/dokploy.ts';
import type { OperationInput } from '../../../src/api/contract/operations.ts';
import { type Temporary, temporaryFolder } from '../../support/temporary.ts';
import { applicationInDokploy, composeInDokploy, projectInDokploy } from './dokployPast.ts';
import { addServer, DokployYard, run } from './dokployYard.ts';

let yard: DokployYard;
let folder: Temporary;
let environmentId: string;
/** Of a person, who may log in to everything here. */
let key: { readonly private: string; readonly public: string };
const user = 'root';

beforeAll(async () => {
  folder = await temporaryFolder();
  key = await makeKey('person', '');
  yard = await DokployYard.open();
  environmentId = await projectInDokploy(yard.dokploy, 'there before');
}, 60_000);
afterAll(async () => {
  await yard[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

beforeEach(({ skip }) => {
  if (yard.dokploy.machines !== 'docker') skip('there is no Docker engine here');
});

async function makeKey(name: string, passphrase: string): Promise<typeof key> {
  const path = join(folder.path, name);
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', name, '-f', path]);
  return { private: await readFile(path, 'utf8'), public: (await readFile(`${path}.pub`, 'utf8')).trim() };
}

const port = (at: number): number => yard.sshPortRange.from + at;

/** What Devyard shows of a service of Dokploy, once that was deployed. */
function shown(serviceId: string): Promise<Workspace> {
  return vi.waitFor(async () => {
    const all = await yard.client.call('dokploy.list', { query: { refresh: 'true' } });
    const found = all.find((one) => one.serviceId === serviceId && one.state.status === 'unverified');
    if (found === undefined) throw new Error(`${serviceId} is not deployed`);
    return found;
  }, 30_000);
}

/** Its container may still be coming up. */
async function up(id: string): Promise<void> {
  await vi.waitFor(async () => expect((await yard.ask(id)).state).toMatchObject({ status: 'running' }), 30_000);
}

const adopt = (id: string, body: Partial<OperationInput<'dokploy.adopt'>['body']>): Promise<Workspace> =>
  yard.client.call('dokploy.adopt', { params: { id }, body: { user, ...body } });
const text = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

describe('a service that was there before', () => {
  it('is adopted with the key of the person, and then started, stopped and forgotten like any other', async () => {
    const env = `AUTHORIZED_KEY="${key.public}"`;
    const settings = { env, ports: [{ published: port(0), target: 22 }], volume: '/etc/ssh' };
    const serviceId = await applicationInDokploy(yard.dokploy, environmentId, 'given', settings);
    const found = await shown(serviceId);
    expect(found).toMatchObject({
      managed: 'no',
      name: 'given',
      kind: 'application',
      project: { name: 'there before' },
    });
    await expect(run(yard.client, found.id, 'true')).rejects.toMatchObject({ hint: text(/Adopt it/) });
    const adopted = await adopt(found.id, { privateKey: key.private });
    expect(adopted).toMatchObject({
      id: found.id,
      managed: 'adopted',
      endpoint: { host: '127.0.0.1', port: port(0), user },
      publicKey: text(new RegExp(key.public.split(' ')[1]?.replaceAll(/[+/]/g, '.') ?? '-')),
      envNames: ['AUTHORIZED_KEY'],
    });
    expect(JSON.stringify(adopted)).not.toContain('PRIVATE KEY');
    await up(found.id);
    expect(await yard.say(found.id, 'id -un')).toBe(user);
    expect((await yard.act('stop', found.id)).state.status).toBe('succeeded');
    expect((await yard.get(found.id)).state.status).toBe('stopped');
    expect((await yard.act('start', found.id)).state.status).toBe('succeeded');
    expect(await yard.say(found.id, 'echo again')).toBe('again');
    // What Devyard did not make it does not change.
    await expect(yard.change(found.id, { cpus: 1 })).rejects.toMatchObject({
      code: 'wrong-state',
      hint: text(/in Dokploy/),
    });
    await expect(adopt(found.id, {})).rejects.toMatchObject({ code: 'wrong-state' });
    const appName = adopted.appName ?? '-';
    expect((await yard.remove(found.id, { forget: true })).state.status).toBe('succeeded');
    expect(yard.dokploy.services()).toContain(appName);
    expect(await shown(serviceId)).toMatchObject({ id: found.id, managed: 'no', publicKey: null });
  }, 90_000);

  it('is adopted with a key of its own, which lets in when it was authorized there', async () => {
    const settings = { env: 'AUTHORIZED_KEY=none', ports: [{ published: port(1), target: 22 }] };
    const { id } = await shown(await applicationInDokploy(yard.dokploy, environmentId, 'own', settings));
    const { appName, publicKey } = await adopt(id, {});
    expect(publicKey).toMatch(/^ssh-ed25519 /);
    await up(id);
    await expect(run(yard.client, id, 'true')).rejects.toMatchObject({
      code: 'forbidden',
      hint: text(/authorized_keys/),
    });
    expect((await yard.ask(id)).state).toMatchObject({ status: 'failed', hint: text(/authorized_keys/) });
    const authorize = `echo '${publicKey ?? ''}' >>/root/.ssh/authorized_keys`;
    await yard.dokploy.exec(appName ?? '-', ['/bin/sh', '-c', authorize]);
    expect(await yard.say(id, 'echo in')).toBe('in');
    expect((await yard.ask(id)).state.status).toBe('running');
  }, 90_000);

  it('may have its SSH server at another port, or be a compose service', async () => {
    const script =
      'mkdir -p /run/sshd /root/.ssh; echo "$AUTHORIZED_KEY" >/root/.ssh/authorized_keys; ' +
      'ssh-keygen -q -t ed25519 -N "" -f /etc/host; ' +
      'exec /usr/sbin/sshd -D -e -p 2022 -h /etc/host -o UsePAM=no -o StrictModes=no -f /dev/null';
    const env = `AUTHORIZED_KEY="${key.public}"`;
    // Port 22 is published, too, and nothing answers there.
    const ports = [
      { published: port(2), target: 22 },
      { published: port(3), target: 2022 },
    ];
    const settings = { env, ports, args: ['-c', script] };
    const other = await shown(await applicationInDokploy(yard.dokploy, environmentId, 'other-port', settings));
    const adopted = await adopt(other.id, { privateKey: key.private, sshPort: 2022 });
    expect(adopted.endpoint).toMatchObject({ port: port(3) });
    await up(other.id);
    expect(await yard.say(other.id, 'echo 2022')).toBe('2022');
    // As somebody else made it, the new container waits for the port of the old one.
    expect((await yard.act('redeploy', other.id)).state).toMatchObject({
      status: 'failed',
      error: { code: 'port-taken', hint: text(/stop-first/) },
    });
    const updateConfigSwarm = { Parallelism: 1, Order: 'stop-first' };
    await yard.past('application.update', { applicationId: other.serviceId, updateConfigSwarm });
    // Its image makes a host key with every container: that is refused, as always, and accepted by hand.
    expect((await yard.act('redeploy', other.id)).state).toMatchObject({
      status: 'failed',
      error: { message: text(/not the host that it was/), hint: text(/forget-host-key/) },
    });
    await yard.client.call('dokploy.forgetHostKey', { params: { id: other.id } });
    expect(await yard.say(other.id, 'echo anew')).toBe('anew');

    const service = [`image: ${yard.dokploy.image}`, `environment: ['AUTHORIZED_KEY=${key.public}']`];
    const file = [
      'services:',
      '  box:',
      ...service.map((line) => `    ${line}`),
      `    ports: ['${String(port(4))}:22']`,
    ];
    const composeId = await composeInDokploy(yard.dokploy, environmentId, 'composed', file.join('\n'));
    const composed = await shown(composeId);
    expect(composed).toMatchObject({ kind: 'compose', managed: 'no' });
    expect((await adopt(composed.id, { privateKey: key.private })).endpoint).toMatchObject({ port: port(4) });
    await up(composed.id);
    expect(await yard.say(composed.id, 'echo composed')).toBe('composed');
    expect((await yard.ask(composed.id)).state.status).toBe('running');
    expect((await yard.act('stop', composed.id)).state.status).toBe('succeeded');
    expect((await yard.ask(composed.id)).state.status).toBe('stopped');
    expect((await yard.remove(composed.id)).state.status).toBe('succeeded');
    expect(JSON.stringify(await yard.past('project.all', {}))).not.toContain(composeId);
  }, 90_000);

  it('is not adopted with wrong input, which is named with what to give instead', async () => {
    const serviceId = await applicationInDokploy(yard.dokploy, environmentId, 'closed', {});
    const { id } = await shown(serviceId);
    const locked = await makeKey('locked', 'a passphrase');
    const wrong = [
      [{ user: 'Not a user' }, 'user'],
      [{ sshPort: 70_000 }, 'sshPort'],
      [{ privateKey: 'nonsense' }, 'privateKey'],
      [{ privateKey: key.public }, 'privateKey'],
      [{ privateKey: locked.private }, 'privateKey'],
      [{ privateKey: key.private.slice(0, 200) }, 'privateKey'],
    ] as const;
    for (const [body, field] of wrong) await expect(adopt(id, body)).rejects.toMatchObject({ code: 'invalid', field });
    await expect(adopt(id, { privateKey: locked.private })).rejects.toMatchObject({ hint: text(/ssh-keygen -p/) });
    await expect(adopt('nobody', {})).rejects.toMatchObject({ code: 'not-found', hint: text(/List them/) });
    expect((await yard.get(id)).managed).toBe('no');
    // Nothing is published: it is looked after, and every way in says what is missing.
    expect((await adopt(id, { privateKey: key.private })).endpoint).toBeNull();
    await expect(run(yard.client, id, 'true')).rejects.toMatchObject({
      code: 'wrong-state',
      hint: text(/Publish the port/),
    });
    const row = { applicationId: serviceId, publishedPort: port(5), targetPort: 22, protocol: 'tcp' };
    await yard.past('port.create', { ...row, publishMode: 'host' });
    expect((await yard.ask(id)).endpoint).toMatchObject({ port: port(5) });
  }, 90_000);
});

describe('a server that is forgotten', () => {
  it('keeps what runs there; sessions end, nothing stays here, and it can be added and adopted again', async () => {
    const { client, dokploy, server } = yard;
    const made = await yard.create('made here');
    const session = await client.exec(made.id, 'sleep 600');
    session.stdout.resume();
    session.stderr.resume();
    const before = dokploy.services();
    dokploy.resetCounts();
    await client.call('dokploy.removeServer', { params: { id: server.id } });
    await expect(session.exit).rejects.toMatchObject({ code: text(/./) });
    // Nothing is even asked of it.
    expect(dokploy.requests).toEqual([]);
    expect(dokploy.services()).toEqual(before);
    const ssh = join(yard.yard.dataDir, 'ssh');
    expect(await readdir(join(ssh, 'keys'))).toEqual([]);
    expect(await readFile(join(ssh, 'known_hosts'), 'utf8')).not.toContain(made.sshAlias);
    expect(await client.call('dokploy.list', { query: {} })).toEqual([]);
    const again = await addServer(client, dokploy);
    const found = (await client.call('dokploy.list', { query: {} })).find(({ name }) => name === 'made here');
    expect(found).toMatchObject({ serverId: again.id, managed: 'no', serviceId: made.serviceId });
    // It is another one to Devyard, with a key of its own, and the former one does not let in any more.
    const adopted = await adopt(found?.id ?? '-', { user: 'dev' });
    expect(adopted).toMatchObject({ managed: 'adopted', endpoint: made.endpoint, hostKey: null });
    await expect(run(client, adopted.id, 'true')).rejects.toMatchObject({ code: 'forbidden' });
    const authorize = `echo '${adopted.publicKey ?? ''}' >>/home/dev/.ssh/authorized_keys; chown -R dev /home/dev/.ssh`;
    await dokploy.exec(made.appName ?? '-', ['/bin/sh', '-c', authorize]);
    expect(await yard.say(adopted.id, 'id -un')).toBe('dev');
    expect((await yard.get(adopted.id)).hostKey).toBe(made.hostKey);
  }, 60_000);
});
