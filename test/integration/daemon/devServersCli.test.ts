import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DevServer, DevServerLogEntry } from '../../../src/api/contract/devServers.ts';
import { cliJson, type Outcome, runCli, startCli } from './cliRun.ts';
import { manifestOf, serverProcess, serverScript, slowScript } from './devManifest.ts';
import { pageOf, writeProject } from './devYard.ts';
import { Yard } from './yard.ts';

let yard: Yard;

beforeAll(async () => {
  yard = await Yard.open();
  await yard.start();
  await writeProject(at('demo'), {
    'server.mjs': serverScript,
    'slow.mjs': slowScript,
    'devyard.yaml': manifestOf({
      id: 'demo',
      processes: { server: serverProcess({ dependsOn: ['build'] }) },
      builds: {
        build: {
          command: ['node', 'slow.mjs', 'build'],
          problems: [{ name: 'own', pattern: '^(?<file>\\S+):(?<line>\\d+): (?<message>.*)$' }],
        },
      },
    }),
  });
});
afterAll(() => yard[Symbol.asyncDispose]());

const at = (...names: string[]): string => join(yard.path, ...names);
const run = (...args: string[]): Promise<Outcome> => runCli(yard, 'dev-server', ...args);
const json = <T = DevServer>(...args: string[]): Promise<T> => cliJson<T>(yard, 'dev-server', ...args);

/** One story: each step goes on from the one before. */
describe('devyard dev-server', () => {
  it('adds what is there, and runs nothing that nobody trusts', async () => {
    expect((await run('list')).stdout).toContain('devyard dev-server add DIR');
    expect(await json<DevServer[]>('list')).toEqual([]);
    const added = await run('add', 'demo');
    expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining('not trusted') as string });
    const refused = await run('start', 'demo');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('devyard dev-server trust');
    expect((await json<DevServer[]>('add', 'demo')).map(({ trusted }) => trusted)).toEqual([false]);
    expect(await run('trust', 'demo')).toMatchObject({ code: 0 });
    expect(await json<DevServer[]>('list')).toMatchObject([{ pluginID: 'demo', trusted: true }]);
  });

  it('starts and waits, restarts, and stops', async () => {
    const started = await json('start', 'demo', '--wait');
    expect(started).toMatchObject({ status: 'ready' });
    expect((await run('list')).stdout).toContain(`ready · ${pageOf(started)}`);
    const again = await json('restart', 'demo', '--wait');
    expect(again.processes[0]?.state).not.toEqual(started.processes[0]?.state);
    expect((await run('stop', 'demo')).stdout).toContain('stopped');
    expect(await yard.processes()).toEqual([]);
    expect(await run('stop', 'demo')).toMatchObject({ code: 0 });
  });

  it('rebuilds, with the exit code of what became of it and the places of the errors', async () => {
    expect(await run('rebuild', 'demo')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('Start it') as string,
    });
    await run('start', 'demo', '--wait');
    expect(await run('rebuild', 'demo', 'build')).toMatchObject({ code: 0, stdout: 'build: built\n' });
    expect(await run('rebuild', 'demo', 'nothing')).toMatchObject({ code: 3 });
    await writeFile(at('demo/slow.mjs'), "console.error('a.ts:7: it is wrong');\nprocess.exit(1);\n");
    const failed = await run('rebuild', 'demo');
    expect(failed.code).toBe(1);
    expect(failed.stdout.split('\n').slice(0, 2)).toEqual([
      'build: failed: 1 error: it is wrong',
      `${at('demo/a.ts')}:7: error: it is wrong`,
    ]);
    const { code, stdout } = await run('rebuild', 'demo', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ success: false, builds: [{ name: 'build', success: false }] });
    expect(await run('start', 'demo', '--wait')).toMatchObject({ code: 1 });
    await writeFile(at('demo/slow.mjs'), slowScript);
    expect(await run('start', 'demo', '--wait')).toMatchObject({ code: 0 });
  });

  it('shows the log by lines, source and words, and follows it', async () => {
    expect((await run('logs', 'demo', '--source', 'server', '--lines', '1')).stdout).toMatch(/ server +listens\n$/);
    const { stdout } = await run('logs', 'demo', '--search', 'WRONG', '--json');
    const found = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as DevServerLogEntry);
    expect(found.some(({ message, source }) => source === 'build' && message === 'a.ts:7: it is wrong')).toBe(true);
    expect(found.every(({ message }) => message.includes('wrong'))).toBe(true);
    const following = startCli(yard, 'dev-server', 'logs', 'demo', '--follow', '--source', 'server', '--lines', '1');
    const heard = new Promise<void>((resolve) => {
      let text = '';
      following.child.stdout?.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.split('listens').length === 3) resolve();
      });
      following.child.stdout?.once('data', () => void run('restart', 'demo'));
    });
    await heard;
    following.child.kill('SIGINT');
    expect(await following.ended).toMatchObject({ code: 0 });
  });

  it('refuses names that nothing has, and operands that are none', async () => {
    for (const command of ['start', 'stop', 'restart', 'rebuild', 'trust', 'remove', 'logs']) {
      expect(await run(command, 'nobody')).toMatchObject({ code: 3, stdout: '' });
      expect(await run(command)).toMatchObject({ code: 2 });
    }
    expect(await run('add', 'nowhere')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(at('nowhere')) as string,
    });
    expect(await run('frobnicate')).toMatchObject({ code: 2 });
    expect(await run('logs', 'demo', '--lines', '0')).toMatchObject({ code: 2 });
  });

  it('names the place of what is wrong in a manifest', async () => {
    await writeProject(at('broken'), { 'devyard.yaml': 'version: 1\nprojects:\n  - id: x\n    proceses: {}\n' });
    const added = await run('add', 'broken');
    expect(added).toMatchObject({ code: 2, stdout: '' });
    expect(added.stderr).toMatch(/broken\/devyard\.yaml:4:5: .*Did you mean/);
    const checked = await run('check', 'broken/devyard.yaml');
    expect(checked).toMatchObject({ code: 1 });
    expect(checked.stdout).toMatch(/^broken\/devyard\.yaml:4:5: /);
    const { code, stdout } = await run('check', 'broken/devyard.yaml', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([{ line: 4, column: 5 }]);
    expect(await run('check', 'demo/devyard.yaml')).toMatchObject({ code: 0, stdout: 'demo/devyard.yaml is fine.\n' });
    expect(await run('check', 'demo/devyard.yaml', '--json')).toMatchObject({ code: 0, stdout: '[]\n' });
    for (const file of ['nowhere.yaml', 'demo']) expect(await run('check', file)).toMatchObject({ code: 3 });
  });

  it('forgets a project and what it wrote, and leaves its folder', async () => {
    expect((await run('remove', 'demo')).stdout).toBe(`demo is forgotten; ${at('demo')} stays.\n`);
    expect(await yard.processes()).toEqual([]);
    expect(await readFile(at('demo/server.mjs'), 'utf8')).toBe(serverScript);
    expect(await run('remove', 'demo')).toMatchObject({ code: 3 });
  });
});

describe('devyard dev-server import', () => {
  const sources = {
    scripts: { 'package.json': JSON.stringify({ name: 'scripts', scripts: { dev: 'node server.js' } }) },
    tasks: {
      '.vscode/tasks.json': JSON.stringify({
        version: '2.0.0',
        tasks: [{ label: 'serve', type: 'process', command: 'node', args: ['server.js'], isBackground: true }],
      }),
    },
    procfile: { Procfile: 'web: node server.js\n' },
    compose: {
      'compose.yaml': 'services:\n  web:\n    image: node\n    command: node server.js\n    ports: ["8080:80"]\n',
    },
  };

  it.each(Object.entries(sources))('proposes from %s what can be added, and runs nothing', async (name, files) => {
    await writeProject(at(name), { ...files, 'server.js': "require('fs').writeFileSync('ran', '');\n" });
    const shown = await run('import', name);
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toMatch(/^# From /);
    expect(await run('import', name, '--write')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`devyard dev-server add ${name} --trust`) as string,
    });
    expect(await run('check', `${name}/devyard.yaml`)).toMatchObject({ code: 0 });
    const [added] = await json<DevServer[]>('add', name);
    expect(added?.trusted).toBe(false);
    await expect(readFile(at(name, 'ran'))).rejects.toThrow('ENOENT');
    await run('remove', added?.id ?? '');
  });

  it('never writes over a devyard.yaml, says so, and writes with --json, too', async () => {
    const before = await readFile(at('procfile/devyard.yaml'), 'utf8');
    await writeFile(at('procfile/devyard.yaml'), `# mine\n${before}`);
    const refused = await run('import', 'procfile', '--write');
    expect(refused).toMatchObject({ code: 4 });
    expect(refused.stderr).toContain(`${at('procfile/devyard.yaml')} is there already`);
    expect(await readFile(at('procfile/devyard.yaml'), 'utf8')).toBe(`# mine\n${before}`);
    await rm(at('procfile/devyard.yaml'));
    expect(await run('import', 'procfile', '--write', '--json')).toMatchObject({ code: 0 });
    expect(await readFile(at('procfile/devyard.yaml'), 'utf8')).toBe(before);
  });

  it('has nothing to say about a folder that holds nothing, or is none', async () => {
    await writeProject(at('empty'), { 'readme.txt': '' });
    expect(await run('import', 'empty')).toMatchObject({ code: 1 });
    expect(await run('import', 'empty', '--json')).toMatchObject({ code: 1, stdout: '[]\n' });
    expect(await run('import', 'nowhere')).toMatchObject({ code: 2 });
  });
});
