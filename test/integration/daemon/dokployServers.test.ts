import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import type { DokployServer, TestedServer } from '../../../src/api/contract/dokploy.ts';
import type { OperationInput } from '../../../src/api/contract/operations.ts';
import { type DokployDouble, startDokploy } from '../../support/dokploy/double.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { fingerprintOf, type Identity, makeCertificates } from '../http/certificates.ts';
import { addServer, bodyFor, callDokploy, jobOf } from './dokployYard.ts';
import { Yard } from './yard.ts';

let yard: Yard;
let client: DevyardClient;
let dokploy: DokployDouble;
let server: DokployServer;

beforeAll(async () => {
  dokploy = await startDokploy({ machines: 'none' });
  yard = await Yard.open();
  await yard.start();
  client = await yard.client();
  server = await addServer(client, dokploy);
});
afterAll(async () => {
  await yard[Symbol.asyncDispose]();
  await dokploy.stop();
});

const patch = (body: OperationInput<'dokploy.patchServer'>['body'], id = server.id): Promise<TestedServer> =>
  client.call('dokploy.patchServer', { params: { id }, body });
const test = (id = server.id): Promise<TestedServer> => client.call('dokploy.testServer', { params: { id } });
const text = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

/** An answer that says so, in words and with a way out, and does not repeat the key. */
async function expectProblem(answer: TestedServer, problem: string, reason: RegExp, hint: RegExp): Promise<void> {
  const connection = { status: 'failing', problem, reason: text(reason), hint: text(hint) };
  expect(answer).toMatchObject({ ok: false, server: { connection } });
  // Whoever looks later is told the same.
  const later = await client.call('dokploy.server', { params: { id: answer.server.id } });
  expect(later.connection).toEqual(answer.server.connection);
  expect(JSON.stringify([answer, later])).not.toContain(dokploy.key);
}

/** Some program that is no Dokploy. */
async function somethingElse(status: number, body: string, headers: Record<string, string> = {}): Promise<Server> {
  const other = createServer((_request, response) => response.writeHead(status, headers).end(body));
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  return other;
}
const urlOf = (other: Server): string => `http://127.0.0.1:${String((other.address() as AddressInfo).port)}`;

describe('what is wrong with a server', () => {
  it('is told apart by its key: wrong, revoked, limited, not allowed to', async () => {
    await expectProblem(await patch({ apiKey: 'wrong' }), 'bad-key', /does not know the API key/, /Copy the key again/);
    const limited = await patch({ apiKey: dokploy.keys.create({ limited: true }) });
    await expectProblem(limited, 'rate-limited-key', /without options is limited to 10 requests a day/, /rate limit/);
    const denied = await patch({ apiKey: dokploy.keys.create({ denied: ['project'], denial: 'FORBIDDEN' }) });
    await expectProblem(denied, 'forbidden', /does not allow it.*\(project\.all\)/, /key of somebody who may/);
    const key = dokploy.keys.create();
    expect(await patch({ apiKey: key })).toMatchObject({ ok: true, notes: [] });
    dokploy.keys.revoke(key);
    await expectProblem(await test(), 'revoked-key', /which worked before/, /Make a key/);
    // What only hinders a part of the work is a note.
    const partly = await patch({ apiKey: dokploy.keys.create({ member: { canCreateProjects: true } }) });
    expect(partly).toMatchObject({
      ok: true,
      notes: [text(/may not create services/), text(/may not delete/), text(/.*/)],
    });
    expect(await patch({ apiKey: dokploy.key })).toMatchObject({
      ok: true,
      server: { connection: { version: 'v0.30.2' } },
    });
  });

  it('is told apart by who answers: nobody, a program that is no Dokploy, a login page, one that fails', async () => {
    const [json, page, portal] = await Promise.all([
      somethingElse(404, '{"error":"no such page"}', { 'content-type': 'application/json' }),
      somethingElse(200, '<html>Sign in</html>', { 'content-type': 'text/html' }),
      somethingElse(302, '', { location: 'https://login.example/?token=abc' }),
    ]);
    const [elsewhere, address] = [/Dokploy’s API does/, /address at which Dokploy’s own page opens/];
    await expectProblem(await patch({ url: urlOf(json) }), 'not-dokploy', elsewhere, address);
    await expectProblem(await patch({ url: urlOf(page) }), 'not-dokploy', elsewhere, address);
    await expectProblem(await patch({ url: urlOf(portal) }), 'not-dokploy', /login\.example(?!.*abc)/, address);
    const gone = urlOf(json);
    for (const other of [json, page, portal]) other.close();
    await expectProblem(await patch({ url: gone }), 'unreachable', /could not be reached/, /Check the address/);
    expect(await patch({ url: dokploy.url })).toMatchObject({ ok: true });
    // Somebody puts a proxy with a login before it.
    const login = dokploy.inject({ procedure: /./, times: 99, fault: 'login-page' });
    await expectProblem(await test(), 'not-dokploy', elsewhere, address);
    login.cancel();
    const failing = dokploy.inject({ procedure: 'project.all', times: 99, fault: { status: 500 } });
    await expectProblem(await test(), 'failing', /failed with 500/, /Dokploy’s own log/);
    failing.cancel();
    expect(await test()).toMatchObject({ ok: true, server: { connection: { status: 'connected' } } });
  });

  it('is told at once where the input itself is wrong: which field, and what to give instead', async () => {
    const wrong = [
      [{ url: 'ftp://example.com' }, 'url'],
      [{ url: 'https://user:word@example.com' }, 'url'],
      [{ url: 'https://example.com/dokploy' }, 'url'],
      [{ apiKey: 'two words' }, 'apiKey'],
      [{ certificate: 'AB:CD' }, 'certificate'],
    ] as const;
    for (const [body, field] of wrong)
      await expect(patch(body)).rejects.toMatchObject({ code: 'invalid', field, hint: text(/^\S/) });
    const twice = { url: `${dokploy.url}/dashboard/projects`, apiKey: dokploy.key };
    await expect(client.call('dokploy.addServer', { body: twice })).rejects.toMatchObject({
      code: 'conflict',
      field: 'url',
      hint: text(/Edit that server/),
    });
    expect(await client.call('dokploy.servers', {})).toHaveLength(1);
  });
});

describe('a certificate of its own', () => {
  it('is refused and shown, accepted by its fingerprint, and refused again when it is another one', async () => {
    await using folder = await temporaryFolder();
    const { own, other } = await makeCertificates(folder.path);
    const tls: { -readonly [Key in keyof Identity]: Identity[Key] } = { ...own };
    await using secured = await startDokploy({ machines: 'none', tls });
    const added = await client.call('dokploy.addServer', { body: { url: secured.url, apiKey: secured.key } });
    const { id } = added.server;
    const [untrusted, pin] = [/is not trusted, and nothing was sent/, /fingerprint/];
    await expectProblem(added, 'certificate', untrusted, pin);
    expect(added.server.connection).toMatchObject({ certificate: { fingerprint: fingerprintOf(own) } });
    expect(secured.requests).toEqual([]);
    const pinned = await patch({ certificate: fingerprintOf(own).replaceAll(':', '').toLowerCase() }, id);
    expect(pinned).toMatchObject({ ok: true, server: { certificate: fingerprintOf(own) } });

    await secured.goDown();
    Object.assign(tls, other);
    await secured.comeUp();
    secured.resetCounts();
    const swapped = await test(id);
    await expectProblem(swapped, 'certificate', untrusted, pin);
    expect(swapped.server.connection).toMatchObject({ certificate: { fingerprint: fingerprintOf(other) } });
    // The key was not shown to whoever that is.
    expect(secured.requests).toEqual([]);
    expect(await patch({ certificate: fingerprintOf(other) }, id)).toMatchObject({ ok: true });
    await expectProblem(await patch({ certificate: null }, id), 'certificate', untrusted, pin);
    await client.call('dokploy.removeServer', { params: { id } });
  });
});

describe('a server', () => {
  it('gets another name and address, and its workspaces are reached there', async () => {
    const project = (await callDokploy(dokploy, 'project.create', { name: 'there' })) as {
      environment: { environmentId: string };
    };
    const { environmentId } = project.environment;
    const made = await callDokploy(dokploy, 'application.create', { name: 'old', appName: 'old', environmentId });
    const { applicationId } = made as { applicationId: string };
    const port = { applicationId, publishedPort: 2299, targetPort: 22, protocol: 'tcp', publishMode: 'host' };
    await callDokploy(dokploy, 'port.create', port);
    await test();
    const found = await client.call('dokploy.list', { query: {} });
    const id = found.find(({ serviceId }) => serviceId === applicationId)?.id ?? '-';
    const adopted = await client.call('dokploy.adopt', { params: { id }, body: { user: 'dev' } });
    expect(adopted.endpoint).toEqual({ host: '127.0.0.1', port: 2299, user: 'dev' });
    const moved = await patch({ name: 'Home', url: dokploy.url.replace('127.0.0.1', 'localhost') });
    expect(moved).toMatchObject({ ok: true, server: { name: 'Home', url: text(/localhost/) } });
    const workspace = await client.call('dokploy.get', { params: { id }, query: {} });
    expect(workspace).toMatchObject({ endpoint: { host: 'localhost', port: 2299 }, dashboardUrl: text(/localhost/) });
    expect((await client.call('dokploy.sshConfig', {})).text).toContain('HostName localhost');
  });

  it('is not removed while something is done there; after that nothing of it stays here', async () => {
    const gate = dokploy.hold('worker.pull');
    const { id } = await client.call('dokploy.create', { body: bodyFor(dokploy, server.id, 'busy') });
    await gate.reached;
    await expect(client.call('dokploy.removeServer', { params: { id: server.id } })).rejects.toMatchObject({
      code: 'busy',
      message: text(/busy/),
      hint: text(/cancel/),
    });
    const [job] = (await client.call('jobs.list', {})).filter(({ resourceId }) => resourceId === id);
    await client.call('jobs.cancel', { params: { id: job?.id ?? '' } });
    gate.release();
    // Who cancels a creation wants nothing of it to stay: that is removed on the server first.
    expect(await jobOf(client, id)).toMatchObject({ kind: 'dokploy.delete' });
    expect(dokploy.services()).toEqual([]);
    await client.call('dokploy.removeServer', { params: { id: server.id } });
    expect(await client.call('dokploy.servers', {})).toEqual([]);
    expect(await client.call('dokploy.list', { query: {} })).toEqual([]);
    expect((await client.call('dokploy.sshConfig', {})).text).not.toContain('Host ');
    await expect(test()).rejects.toMatchObject({ code: 'not-found' });
  });
});
