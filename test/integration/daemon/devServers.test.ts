import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import type { DevServer } from '../../../src/api/contract/devServers.ts';
import {
  addProject,
  backend,
  buildsOf,
  pageOf,
  startProject,
  stateOf,
  textOf,
  untilProject,
  writeProject,
} from './devYard.ts';
import { Yard } from './yard.ts';

let yard: Yard;
let client: DevyardClient;
let folder: string;

beforeEach(async () => {
  yard = await Yard.open();
  await yard.start();
  client = await yard.client();
  folder = await writeProject(join(yard.path, 'demo'), backend());
});
afterEach(() => yard[Symbol.asyncDispose]());

const get = (id: string): Promise<DevServer> => client.call('devServers.get', { params: { id } });
const save = (version: string): Promise<void> => writeFile(join(folder, 'src/version.txt'), `${version}\n`);
const serverOf = (project: DevServer) => {
  const state = project.processes[0]?.state;
  return state?.status === 'ready' || state?.status === 'running' ? state.run : undefined;
};
const built = (project: DevServer): number => {
  const state = project.builds[0]?.state;
  return state?.status === 'ready' ? state.at : 0;
};

describe('a project', () => {
  it('is built, then started, and answers', async () => {
    const { id } = await addProject(client, folder);
    const project = await startProject(client, id);
    expect(project).toMatchObject({ status: 'ready', mode: 'managed', pluginID: 'demo', goStatus: 'ready' });
    expect(await textOf(pageOf(project))).toBe('one');
    const again = await startProject(client, id);
    expect(serverOf(again)?.pid).toBe(serverOf(project)?.pid);
    const stopped = await client.call('devServers.stop', { params: { id } });
    expect([stateOf(stopped, 'server'), stateOf(stopped, 'backend')]).toEqual(['stopped', 'stopped']);
    await expect(fetch(pageOf(project))).rejects.toThrow('fetch failed');
  });

  it('is built again when a file is saved, and what was built takes the place of what ran', async () => {
    const { id } = await addProject(client, folder);
    const first = await startProject(client, id);
    await save('two');
    const second = await untilProject(
      client,
      id,
      (project) => built(project) > built(first) && stateOf(project, 'server') === 'ready',
    );
    expect(await textOf(pageOf(second))).toBe('two');
    expect(pageOf(second)).toBe(pageOf(first));
    expect(await buildsOf(folder)).toBe(2);
  });

  it('keeps what runs when a build fails, and says where it failed', async () => {
    const { id } = await addProject(client, folder);
    const first = await startProject(client, id);
    await save('broken');
    const failed = await untilProject(client, id, (project) => stateOf(project, 'backend') === 'error');
    expect(failed).toMatchObject({ status: 'error', lastError: 'backend: 1 error: this version is broken' });
    expect(failed.builds[0]?.problems).toEqual([
      {
        file: join(folder, 'src/version.txt'),
        line: 1,
        column: 0,
        message: 'this version is broken',
        severity: 'error',
        source: 'demo',
      },
    ]);
    expect(serverOf(failed)?.pid).toBe(serverOf(first)?.pid);
    expect(await textOf(pageOf(first))).toBe('one');
    expect(await client.call('devServers.rebuild', { params: { id }, body: {} })).toMatchObject({
      success: false,
      builds: [{ name: 'backend', success: false }],
    });
    await save('three');
    const good = await untilProject(
      client,
      id,
      (project) => built(project) > 0 && stateOf(project, 'server') === 'ready',
    );
    expect(good.builds[0]?.problems).toEqual([]);
    expect(await textOf(pageOf(good))).toBe('three');
  });

  it('gives up a build that is overtaken, and deploys the newest sources', async () => {
    const { id } = await addProject(client, folder);
    await startProject(client, id);
    const before = await readFile(join(folder, 'bin/server.mjs'), 'utf8');
    await save('slow');
    await untilProject(client, id, (project) => stateOf(project, 'backend') === 'building');
    expect(await readFile(join(folder, 'bin/server.mjs'), 'utf8')).toBe(before);
    await save('four');
    const project = await untilProject(
      client,
      id,
      (one) => stateOf(one, 'backend') === 'ready' && stateOf(one, 'server') === 'ready',
    );
    expect(await textOf(pageOf(project))).toBe('four');
  });

  it('stops a build that runs, with everything that it started', async () => {
    await save('slow');
    const { id } = await addProject(client, folder);
    await client.call('devServers.start', { params: { id }, body: {} });
    await untilProject(client, id, (project) => stateOf(project, 'backend') === 'building');
    const stopped = await client.call('devServers.stop', { params: { id } });
    expect(stateOf(stopped, 'backend')).toBe('stopped');
    expect(await yard.processes()).toEqual([]);
  });

  it('is restarted when it crashes, and given up when it does not stop crashing', async () => {
    const { id } = await addProject(client, folder);
    const first = await startProject(client, id);
    await fetch(`${pageOf(first)}crash`).catch(() => undefined);
    const second = await untilProject(client, id, (project) => {
      const run = serverOf(project);
      return stateOf(project, 'server') === 'ready' && run !== undefined && run.pid !== serverOf(first)?.pid;
    });
    expect(await textOf(pageOf(second))).toBe('one');
    // A build that can never start.
    await writeFile(join(folder, 'bin/server.mjs'), 'process.exit(9);\n');
    await fetch(`${pageOf(second)}crash`).catch(() => undefined);
    const given = await untilProject(client, id, (project) => {
      const state = project.processes[0]?.state;
      return state?.status === 'error' && state.retryAt === undefined;
    });
    expect(given.processes[0]?.state).toMatchObject({ status: 'error', exitCode: 9 });
    expect(given.builds[0]?.state.status).toBe('ready');
  });
});

describe('trust', () => {
  it('is asked for before anything runs, and again when the manifest says something else', async () => {
    const [added] = await client.call('devServers.add', { body: { path: folder } });
    const id = added?.id ?? '';
    expect(added).toMatchObject({ trusted: false, status: 'idle' });
    const start = client.call('devServers.start', { params: { id }, body: {} });
    await expect(start).rejects.toMatchObject({ code: 'forbidden', field: 'trust' });
    expect(await buildsOf(folder)).toBe(0);
    await client.call('devServers.trust', { params: { id }, body: { hash: added?.manifestHash ?? '' } });
    await startProject(client, id);
    const manifest = join(folder, 'devyard.yaml');
    await writeFile(manifest, `${await readFile(manifest, 'utf8')}# another\n`);
    const changed = await untilProject(client, id, (project) => project.manifestChanged);
    expect(changed).toMatchObject({ trusted: false, status: 'ready' });
    // It goes on by what was trusted, and does not start anew by what was not.
    await save('two');
    await untilProject(client, id, (project) => built(project) > built(changed));
    const restart = client.call('devServers.restart', { params: { id }, body: {} });
    await expect(restart).rejects.toMatchObject({ code: 'forbidden' });
    const stale = client.call('devServers.trust', { params: { id }, body: { hash: added?.manifestHash ?? '' } });
    await expect(stale).rejects.toMatchObject({ code: 'conflict', field: 'hash' });
  });
});

describe('the manifest', () => {
  it('may be deleted while the project runs, which stops all the same', async () => {
    const { id } = await addProject(client, folder);
    await startProject(client, id);
    await rm(join(folder, 'devyard.yaml'));
    const gone = await untilProject(client, id, (project) => project.problem !== undefined);
    expect(gone).toMatchObject({ status: 'ready' });
    await client.call('devServers.stop', { params: { id } });
    const start = client.call('devServers.start', { params: { id }, body: {} });
    await expect(start).rejects.toMatchObject({ code: 'invalid', field: 'manifest' });
  });

  it('is refused with the place of the mistake', async () => {
    const manifest = join(folder, 'devyard.yaml');
    await writeFile(manifest, 'version: 1\nprojects:\n  - id: demo\n    proceses: {}\n');
    const add = client.call('devServers.add', { body: { path: folder } });
    await expect(add).rejects.toMatchObject({ code: 'invalid', field: 'path' });
    await expect(add).rejects.toThrow(/devyard\.yaml:4:5: .*proceses.*processes/);
    expect(await client.call('devServers.list', {})).toEqual([]);
  });
});

describe('after kill -9 of the daemon', () => {
  it('what runs is taken over, and the watch goes on', async () => {
    const { id } = await addProject(client, folder);
    const first = await startProject(client, id);
    await yard.kill();
    expect(await textOf(pageOf(first))).toBe('one');
    await yard.start();
    client = await yard.client();
    const adopted = await untilProject(
      client,
      id,
      (project) => stateOf(project, 'server') === 'ready' && stateOf(project, 'backend') === 'ready',
    );
    expect(serverOf(adopted)).toMatchObject({ pid: serverOf(first)?.pid, adopted: true });
    await save('five');
    const next = await untilProject(
      client,
      id,
      (project) => built(project) > built(adopted) && stateOf(project, 'server') === 'ready',
    );
    expect(await textOf(pageOf(next))).toBe('five');
  });

  it('a build in flight is ended and begun anew', async () => {
    const { id } = await addProject(client, folder);
    await startProject(client, id);
    await save('slow');
    await untilProject(client, id, (project) => stateOf(project, 'backend') === 'building');
    await yard.kill();
    await save('six');
    await yard.start();
    client = await yard.client();
    const project = await untilProject(
      client,
      id,
      (one) => stateOf(one, 'backend') === 'ready' && stateOf(one, 'server') === 'ready',
    );
    await expect.poll(() => textOf(pageOf(project)).catch(() => '')).toBe('six');
  });

  it('what had ended meanwhile is started again, and what was stopped is not', async () => {
    const { id } = await addProject(client, folder);
    const first = await startProject(client, id);
    await yard.kill();
    await fetch(`${pageOf(first)}crash`).catch(() => undefined);
    await yard.start();
    client = await yard.client();
    const next = await untilProject(client, id, (project) => stateOf(project, 'server') === 'ready');
    expect(serverOf(next)?.pid).not.toBe(serverOf(first)?.pid);
    await client.call('devServers.stop', { params: { id } });
    await yard.kill();
    await yard.start();
    client = await yard.client();
    expect(await get(id)).toMatchObject({ status: 'idle' });
    expect(await yard.processes()).toEqual([]);
  });
});

describe('editor windows', () => {
  const patch = (devServerGraceSeconds: number) => client.call('settings.patch', { body: { devServerGraceSeconds } });

  it('take with them what they started, and nothing else', async () => {
    await patch(0);
    const mine = await addProject(client, folder);
    const other = await addProject(client, await writeProject(join(yard.path, 'other'), backend()));
    await client.call('devServers.start', { params: { id: mine.id }, body: { wait: true, window: true } });
    await startProject(client, other.id);
    const window = new AbortController();
    for await (const { event } of client.events(undefined, window.signal, { window: true })) {
      if (event.type === 'hello') break;
    }
    window.abort();
    await untilProject(client, mine.id, (project) => project.status === 'stopped');
    expect(await get(other.id)).toMatchObject({ status: 'ready' });
  });
});
