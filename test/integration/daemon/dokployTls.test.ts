import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import type { DokployServer, Workspace } from '../../../src/api/contract/dokploy.ts';
import { type DokployDouble, startDokploy } from '../../support/dokploy/double.ts';
import { type Temporary, temporaryFolder } from '../../support/temporary.ts';
import { type Certificates, fingerprintOf, makeCertificates } from '../http/certificates.ts';
import { bodyFor, createWorkspace, ended, run } from './dokployYard.ts';
import { Yard } from './yard.ts';

let yard: Yard;
let folder: Temporary;
let certificates: Certificates;
let dokploy: DokployDouble;
let client: DevyardClient;
let server: DokployServer;

beforeAll(async () => {
  folder = await temporaryFolder();
  certificates = await makeCertificates(folder.path);
  dokploy = await startDokploy({ tls: certificates.signed });
  yard = await Yard.open();
  await yard.start();
  client = await yard.client();
  const body = { url: dokploy.url, apiKey: dokploy.key, certificate: fingerprintOf(certificates.signed) };
  ({ server } = await client.call('dokploy.addServer', { body }));
});
afterAll(async () => {
  await yard[Symbol.asyncDispose]();
  await dokploy.stop();
  await folder[Symbol.asyncDispose]();
});

beforeEach(({ skip }) => {
  if (dokploy.machines !== 'docker') skip('there is no Docker engine here');
});

describe('a server of a private authority', () => {
  it('is worked with by its pinned certificate, live logs included', async () => {
    expect(server.connection).toMatchObject({ status: 'connected' });
    // Other tests run beside this one, on the same host.
    const from = 30_700 + 30 * randomInt(60);
    const body = bodyFor(dokploy, server.id, 'box', { sshPortRange: { from, to: from + 28 } });
    const box: Workspace = await createWorkspace(client, body);
    expect(await run(client, box.id, 'echo in')).toMatchObject({ code: 0, stdout: 'in\n' });
    const gate = dokploy.hold('worker.pull');
    const redeploy = await client.call('dokploy.redeploy', { params: { id: box.id } });
    await gate.reached;
    let log = '';
    for await (const bytes of client.workspaceLog(box.id, 'deploy', 100, new AbortController().signal)) {
      log += bytes.toString();
      // It comes while the deployment stands still.
      if (log.includes('Pulling ')) gate.release();
    }
    expect(log).toContain('Pulling image completed');
    expect(dokploy.count(/listen-deployment/)).toBe(1);
    expect((await ended(client, redeploy)).state.status).toBe('succeeded');
    const deleted = await client.call('dokploy.delete', { params: { id: box.id }, query: { volumes: 'true' } });
    expect((await ended(client, deleted)).state.status).toBe('succeeded');
  });

  it('is trusted without a pin by a daemon whose Node.js trusts the authority, and only under its name', async () => {
    await yard.end();
    yard.env['NODE_EXTRA_CA_CERTS'] = certificates.authorityFile;
    await yard.start();
    client = await yard.client();
    const patched = await client.call('dokploy.patchServer', {
      params: { id: server.id },
      body: { certificate: null },
    });
    expect(patched).toMatchObject({ ok: true, server: { certificate: null } });
    await using misnamed = await startDokploy({ machines: 'none', tls: certificates.misnamed });
    const body = { url: misnamed.url, apiKey: misnamed.key };
    expect(await client.call('dokploy.addServer', { body })).toMatchObject({
      ok: false,
      server: { connection: { problem: 'certificate' } },
    });
    expect(misnamed.requests).toEqual([]);
  });
});
