import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import type { DokployServer } from '../../../src/api/contract/dokploy.ts';
import { type DokployDouble, startDokploy } from '../../support/dokploy/double.ts';
import { addServer, bodyFor, createWorkspace, ended, run } from './dokployYard.ts';
import { Yard } from './yard.ts';

let yard: Yard;
let client: DevyardClient;
let dokploy: DokployDouble;
let server: DokployServer;

beforeEach(async () => {
  dokploy = await startDokploy();
  yard = await Yard.open();
  await yard.start();
  client = await yard.client();
  server = await addServer(client, dokploy);
});
afterEach(async () => {
  await yard[Symbol.asyncDispose]();
  await dokploy.stop();
});

describe('a workspace', () => {
  it('is created, runs commands, is stopped and started, and goes without leaving anything', async () => {
    const workspace = await createWorkspace(client, bodyFor(dokploy, server.id, 'api box'));
    expect(workspace).toMatchObject({ managed: 'created', kind: 'application', state: { status: 'running' } });
    expect(workspace.endpoint?.port).toBe(2222);
    expect(workspace.hostKey).toMatch(/^SHA256:/);

    const ran = await run(client, workspace.id, 'cat; echo no >&2; exit 37', 'hello');
    expect(ran).toEqual({ code: 37, signal: null, stdout: 'hello', stderr: 'no\n' });

    const params = { id: workspace.id };
    expect((await ended(client, await client.call('dokploy.stop', { params }))).state.status).toBe('succeeded');
    expect((await client.call('dokploy.get', { params, query: {} })).state.status).toBe('stopped');
    await expect(run(client, workspace.id, 'true')).rejects.toMatchObject({
      code: 'wrong-state',
      message: '“api box” is stopped.',
    });
    expect((await ended(client, await client.call('dokploy.start', { params }))).state.status).toBe('succeeded');
    expect((await client.call('dokploy.get', { params, query: {} })).state.status).toBe('running');

    const gone = await client.call('dokploy.delete', { params, query: { volumes: 'true' } });
    expect((await ended(client, gone)).state).toMatchObject({ status: 'succeeded' });
    expect(await client.call('dokploy.list', { query: {} })).toEqual([]);
    expect(dokploy.services()).toEqual([]);
    expect(dokploy.orphans()).toEqual([]);
    expect((await client.call('dokploy.sshConfig', {})).text).not.toContain('Host ');
  });
});
