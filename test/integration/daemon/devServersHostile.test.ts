import { rm, symlink, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import type { DevServer } from '../../../src/api/contract/devServers.ts';
import { isAlive, linesOf, manifestOf, project, serverProcess, slowScript, untilFile } from './devManifest.ts';
import { addProject, pageOf, startProject, stateOf, textOf, untilProject, writeProject } from './devYard.ts';
import { Yard } from './yard.ts';

let yard: Yard;
let client: DevyardClient;

beforeEach(async () => {
  yard = await Yard.open();
  await yard.start();
  client = await yard.client();
});
afterEach(() => yard[Symbol.asyncDispose]());

const at = (...names: string[]): string => join(yard.path, ...names);
const get = (id: string): Promise<DevServer> => client.call('devServers.get', { params: { id } });
const begin = (id: string): Promise<DevServer> => client.call('devServers.start', { params: { id }, body: {} });
const stop = (id: string): Promise<DevServer> => client.call('devServers.stop', { params: { id } });
const restart = (id: string): Promise<DevServer> =>
  client.call('devServers.restart', { params: { id }, body: { wait: true } });
const rebuild = (id: string) => client.call('devServers.rebuild', { params: { id }, body: {} });
const remove = (id: string) => client.call('devServers.delete', { params: { id } });
async function again(): Promise<void> {
  await yard.kill();
  await yard.start();
  client = await yard.client();
}

const installation = {
  install: { when: 'missing:modules', command: ['node', 'slow.mjs', 'modules/install'] },
  processes: { server: serverProcess() },
};
/** An installation that makes its folder at once and takes its time to fill it. */
const installing = (): Promise<DevServer> =>
  project(client, at('demo'), installation, {
    'slow.mjs': `import { mkdirSync, writeFileSync } from 'node:fs';\nmkdirSync('modules', { recursive: true });\n${slowScript}`,
    'modules.waits': '',
  });

describe('an installation', () => {
  const log = (): string => at('demo/modules/install.log');
  const ended = async (): Promise<string[]> => (await linesOf(log())).filter((line) => line === 'done');

  beforeEach(async () => {
    const source = `import { existsSync, mkdirSync } from 'node:fs';
mkdirSync('modules', { recursive: true });
process.argv[2] = 'modules/install';
`;
    await writeProject(at('demo'), { 'install.mjs': source });
  });

  it('is ended by a stop with all that it started, and nothing is left when the stop returns', async () => {
    const { id } = await installing();
    await mkdir(at('demo/modules'));
    await writeFile(at('demo/modules/install.waits'), '');
    await rm(at('demo/modules'), { recursive: true });
    await writeFile(at('demo/slow.mjs'), stubborn);
    await begin(id);
    await untilFile(at('demo/modules'));
    const stopped = await stop(id);
    expect(await yard.processes()).toEqual([]);
    expect(stopped).toMatchObject({ status: 'stopped', stopping: false });
  });

  it('that was cut off is done again, though what it makes is there', async () => {
    const { id } = await installing();
    await writeFile(at('demo/slow.mjs'), stubborn);
    await begin(id);
    await untilFile(at('demo/modules'));
    await stop(id);
    await writeFile(at('demo/slow.mjs'), slowScript);
    expect(await startProject(client, id)).toMatchObject({ status: 'ready' });
    expect(await ended()).toEqual(['done']);
    await stop(id);
    await startProject(client, id);
    expect(await ended()).toEqual(['done']);
  });

  it('that was cut off by a kill of the daemon is done by the next one, before anything starts', async () => {
    const { id } = await installing();
    await writeFile(at('demo/slow.mjs'), stubborn);
    await begin(id);
    await untilFile(at('demo/modules'));
    await yard.kill();
    await writeFile(at('demo/slow.mjs'), slowScript);
    await yard.start();
    client = await yard.client();
    const next = await untilProject(client, id, ({ status }) => status === 'ready');
    expect(await ended()).toEqual(['done']);
    expect(await textOf(pageOf(next))).toMatch(/^\d+$/);
  });

  it('that fails is every part’s error, is over after a stop, and is tried again by a start', async () => {
    const { id } = await installing();
    await writeFile(at('demo/slow.mjs'), 'process.exit(5);');
    const failed = await startProject(client, id);
    expect(failed).toMatchObject({ status: 'error', lastError: 'server: node ended with exit code 5.' });
    expect(await stop(id)).toMatchObject({ status: 'stopped' });
    await writeFile(at('demo/slow.mjs'), slowScript);
    await mkdir(at('demo/modules'));
    expect(await startProject(client, id)).toMatchObject({ status: 'ready' });
    expect(await ended()).toEqual(['done']);
  });

  const stubborn = `import { mkdirSync } from 'node:fs';
import { spawn } from 'node:child_process';
process.on('SIGTERM', () => undefined);
if (process.argv[3] === undefined) {
  spawn(process.execPath, [process.argv[1], 'modules', 'child']).stdout.once('data', () => mkdirSync('modules'));
}
console.log('deaf');
setInterval(() => undefined, 1000);
`;
});

describe('at the same time', () => {
  it('a start that is asked for during a stop comes after it', async () => {
    const { id } = await project(client, at('demo'), { processes: { server: serverProcess() } });
    const first = await startProject(client, id);
    const [, second] = await Promise.all([stop(id), startProject(client, id)]);
    expect(second).toMatchObject({ status: 'ready' });
    expect(await textOf(pageOf(second))).not.toBe(String(pidOf(first)));
  });

  it('two clients say this and that, and a stop ends all of it', async () => {
    const other = await yard.client();
    const { id } = await project(client, at('demo'), {
      processes: { server: serverProcess({ dependsOn: ['build'] }) },
      builds: { build: { command: ['node', '-e', '0'], reload: [{ restart: 'server' }] } },
    });
    for (let round = 0; round < 4; round += 1) {
      const wishes = [client, other].flatMap((one) => [
        one.call('devServers.start', { params: { id }, body: { wait: true } }),
        one.call('devServers.rebuild', { params: { id }, body: {} }).catch((error: { code: string }) => error.code),
        one.call('devServers.restart', { params: { id }, body: {} }),
        one.call('devServers.stop', { params: { id } }),
      ]);
      await Promise.all(wishes);
      expect(await stop(id)).toMatchObject({ status: 'stopped', stopping: false });
      expect(await yard.processes()).toEqual([]);
    }
    expect(await startProject(client, id)).toMatchObject({ status: 'ready' });
  });

  it('rebuilds share what is built, and one during an installation waits for its turn', async () => {
    const { id } = await project(client, at('demo'), {
      install: { when: 'missing:modules', command: ['node', 'slow.mjs', 'install'] },
      builds: { build: { command: ['node', 'slow.mjs', 'build'] } },
    });
    await writeFile(at('demo/install.waits'), '');
    await begin(id);
    await untilFile(at('demo/install.log'));
    const early = rebuild(id);
    // It is there by now.
    await get(id);
    await rm(at('demo/install.waits'));
    expect(await early).toMatchObject({ success: true });
    expect((await linesOf(at('demo/build.log'))).filter((line) => line === 'done')).toHaveLength(1);
    const both = await Promise.all([rebuild(id), rebuild(id)]);
    expect(both.map(({ success }) => success)).toEqual([true, true]);
  });

  it('a client that goes away while it waits ends only its waiting', async () => {
    const { id } = await project(client, at('demo'), { builds: { build: { command: ['node', 'slow.mjs', 'build'] } } });
    await writeFile(at('demo/build.waits'), '');
    const gone = new AbortController();
    const call = client.call('devServers.start', { params: { id }, body: { wait: true } }, { signal: gone.signal });
    call.catch(() => undefined);
    await untilFile(at('demo/build.log'));
    gone.abort();
    await expect(call).rejects.toThrow('cancelled');
    await rm(at('demo/build.waits'));
    expect((await untilProject(client, id, ({ status }) => status === 'ready')).builds[0]?.state.status).toBe('ready');
  });

  it('a removal ends what builds, and what is asked for after it finds nothing', async () => {
    const { id } = await project(client, at('demo'), { builds: { build: { command: ['node', 'slow.mjs', 'build'] } } });
    await writeFile(at('demo/build.waits'), '');
    await begin(id);
    await untilFile(at('demo/build.log'));
    const all = await Promise.allSettled([remove(id), begin(id), restart(id), remove(id)]);
    expect(all.map((one) => (one.status === 'fulfilled' ? 'done' : (one.reason as { code: string }).code))).toEqual([
      'done',
      'not-found',
      'not-found',
      'not-found',
    ]);
    expect(await yard.processes()).toEqual([]);
    expect(await client.call('devServers.list', {})).toEqual([]);
    await again();
    expect(await client.call('devServers.list', {})).toEqual([]);
  });
});

describe('the folder', () => {
  it('added through a link, with a slash, and as its file is one project', async () => {
    const { id } = await project(client, at('demo'), { processes: { server: serverProcess() } });
    await symlink(at('demo'), at('link'));
    for (const path of [at('link'), `${at('demo')}/`, at('demo/devyard.yaml'), at('link/devyard.yaml')]) {
      expect((await addProject(client, path)).id).toBe(id);
    }
    expect(await client.call('devServers.list', {})).toHaveLength(1);
  });

  it('that a preset recognised stays the same project when it gets a manifest', async () => {
    const { id, preset } = await addProject(
      client,
      await writeProject(at('page'), {
        'package.json': JSON.stringify({ name: 'page', scripts: { dev: 'vite' }, devDependencies: { vite: '*' } }),
      }),
    );
    expect(preset).toBe('vite');
    await writeFile(at('page/devyard.yaml'), manifestOf({ id: 'page', processes: { only: serverProcess() } }));
    const again = await addProject(client, at('page'));
    expect(again).toMatchObject({ id, manifest: at('page/devyard.yaml'), preset: null });
    expect(again.processes.map(({ name }) => name)).toEqual(['only']);
    expect(await client.call('devServers.list', {})).toHaveLength(1);
  });

  it('may be deleted while its project runs, which stops, is refused a start, and is removed', async () => {
    const { id } = await project(client, at('demo'), {
      processes: { server: serverProcess() },
      builds: { build: { command: ['node', '-e', '0'], watch: { include: ['src/**'] } } },
    });
    const first = await startProject(client, id);
    await rm(at('demo'), { recursive: true });
    const gone = await untilProject(client, id, ({ problem }) => problem !== undefined);
    expect(stateOf(gone, 'server')).toBe('ready');
    expect(await rebuild(id)).toMatchObject({ success: false });
    await expect(restart(id)).rejects.toMatchObject({ code: 'invalid', field: 'manifest' });
    expect(isAlive(pidOf(first))).toBe(true);
    expect(await stop(id)).toMatchObject({ status: 'stopped' });
    await remove(id);
    expect(await client.call('daemon.get', {})).toMatchObject({ problems: [] });
  });

  it('whose manifest becomes a folder or a link that leads out says so, and recovers', async () => {
    const { id } = await project(client, at('demo'), { processes: { server: serverProcess() } });
    const manifest = at('demo/devyard.yaml');
    await writeFile(at('other.yaml'), manifestOf({ id: 'demo', processes: { evil: { command: ['node'] } } }));
    const problems: [string, () => Promise<unknown>][] = [
      ['no regular file', () => mkdir(manifest)],
      ['leads out of its folder', () => symlink(at('other.yaml'), manifest)],
      ['There is no', () => symlink(at('nowhere'), manifest)],
      ['UTF-8', () => writeFile(manifest, Buffer.from([0xff, 0xfe, 0x00]))],
      ['larger than 1 MB', () => writeFile(manifest, '#'.repeat(1_000_001))],
    ];
    for (const [words, make] of problems) {
      await rm(manifest, { recursive: true });
      await make();
      const broken = await untilProject(client, id, ({ problem }) => problem?.includes(words) === true);
      expect(broken.processes.map(({ name }) => name)).toEqual(['server']);
      await expect(begin(id)).rejects.toMatchObject({ code: 'invalid' });
    }
    await rm(manifest);
    await writeFile(manifest, manifestOf({ id: 'demo', processes: { server: serverProcess() } }));
    await untilProject(client, id, ({ problem }) => problem === undefined);
  });

  it('shares the name of its project with another one: then only the id will do', async () => {
    const one = await project(client, at('a/demo'), { processes: { server: serverProcess() } });
    await project(client, at('b/demo'), { processes: { server: serverProcess() } });
    await expect(get('demo')).rejects.toMatchObject({ code: 'conflict', field: 'id' });
    expect(await get(one.id)).toMatchObject({ devPath: at('a/demo') });
  });
});

function pidOf({ processes: [first] }: DevServer): number {
  const state = first?.state;
  return state?.status === 'ready' || state?.status === 'running' ? state.run.pid : 0;
}
