import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { get as httpGet } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import type { DevServer, DevServerLogEntry } from '../../../src/api/contract/devServers.ts';
import { listen, project, serverProcess, slowScript, untilFile } from './devManifest.ts';
import { startProject, untilProject } from './devYard.ts';
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
const stop = (id: string): Promise<DevServer> => client.call('devServers.stop', { params: { id } });
async function revive(): Promise<void> {
  await yard.kill();
  await yard.start();
  client = await yard.client();
}
async function logOf(id: string, query: object = {}): Promise<readonly DevServerLogEntry[]> {
  const { entries } = await client.call('devServers.logs', { params: { id }, query: { count: 100_000, ...query } });
  return entries;
}

describe('the log', () => {
  const noisy = {
    processes: {
      noise: { command: ['node', 'noise.mjs'], ready: [{ log: '^end of it$' }] },
      quiet: serverProcess(),
    },
  };
  const noise = `process.stdout.write('x'.repeat(1_048_576) + '\\n');
process.stdout.write('\\u001b[31mred\\u001b[0m\\n');
for (let n = 0; n < 20_000; n += 1) process.stdout.write('line ' + n + '\\n');
process.stderr.write('no end of line');
process.stdout.write('end of it\\n');
setInterval(() => undefined, 1000);
`;

  it('keeps a line of 1 MB, a flood and a line without an end, with numbers unbroken over restarts and kills', async () => {
    const { id } = await project(client, at('demo'), noisy, { 'noise.mjs': noise });
    expect(await startProject(client, id)).toMatchObject({ status: 'ready' });
    await revive();
    await untilProject(client, id, ({ status }) => status === 'ready');
    await stop(id);
    await startProject(client, id);
    await stop(id);
    const all = await logOf(id);
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1));
    const own = all.filter(({ source }) => source === 'noise');
    const long = own
      .filter(({ message }) => /^x+$/.test(message))
      .reduce((sum, { message }) => sum + message.length, 0);
    expect(long).toBe(2 * 1_048_576);
    expect(own.filter(({ message }) => message.startsWith('line '))).toHaveLength(40_000);
    expect(own.filter(({ message }) => message === 'no end of line')).toMatchObject([
      { level: 'error' },
      { level: 'error' },
    ]);
    expect(own.filter(({ message }) => message === '\u001b[31mred\u001b[0m')).toHaveLength(2);
  });

  it('is found by source and by words as far back as it goes', async () => {
    const { id } = await project(client, at('demo'), noisy, { 'noise.mjs': noise });
    await startProject(client, id);
    expect((await logOf(id, { source: 'quiet' })).map(({ message }) => message)).toEqual(['listens']);
    const found = await logOf(id, { search: 'LINE 1999', count: 3 });
    expect(found.map(({ message }) => message)).toEqual(['line 19997', 'line 19998', 'line 19999']);
    const [first] = await logOf(id, { search: 'line 0' });
    expect(first?.message).toBe('line 0');
    const before = await logOf(id, { source: 'noise', count: 1, before: first?.seq ?? 0 });
    expect(before.map(({ message }) => message)).toEqual(['\u001b[31mred\u001b[0m']);
    expect((await logOf(id, { source: 'manager' })).every(({ source }) => source === 'manager')).toBe(true);
    expect(await logOf(id, { source: 'nobody' })).toEqual([]);
  });

  it('comes in the event stream for who asks, of projects that are added later, too', async () => {
    const socket = yard.ready?.socket ?? '';
    const { token } = JSON.parse(await readFile(join(yard.dataDir, 'daemon.json'), 'utf8')) as { token: string };
    const path = '/api/events?devServerLogs=all';
    let text = '';
    const call = httpGet({ socketPath: socket, path, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
    });
    await expect.poll(() => text).toContain('event: hello');
    const { id } = await project(client, at('demo'), { processes: { server: serverProcess() } });
    await startProject(client, id);
    const told = (): DevServerLogEntry[] =>
      text
        .split('\n\n')
        .filter((one) => one.startsWith('event: plugin/devserver/log'))
        .flatMap((one) => JSON.parse(one.slice(one.indexOf('data: ') + 6)) as DevServerLogEntry[]);
    await expect.poll(() => told().map(({ message }) => message)).toContain('listens');
    expect(told().find(({ message }) => message === 'listens')).toMatchObject({ source: 'server', pluginID: 'demo' });
    call.destroy();
  });
});

describe('what an environment file and the environment hold', () => {
  it('reaches the processes, and is nowhere else', async () => {
    const secrets = ['from-the-file', 'from-the-daemon', 'from-an-argument', 'from-a-url'].map(
      (word) => `${word}-7f3a`,
    );
    const [inFile = '', inEnv = '', inArgument = '', inUrl = ''] = secrets;
    await yard.kill();
    yard.env = { ...yard.env, A: inEnv, B: inArgument, C: inUrl };
    await yard.start();
    client = await yard.client();
    const { events, end } = await listen(client);
    const { id } = await project(
      client,
      at('demo'),
      {
        env: { FROM_ENV: '${env:A}' },
        envFile: '.env',
        install: { when: 'always', command: ['node', 'slow.mjs', 'install', '${env:B}'] },
        processes: { server: serverProcess({ command: ['node', 'show.mjs', '${port}'], dependsOn: ['build'] }) },
        builds: {
          build: {
            command: ['node', 'slow.mjs', 'build', '${env:B}'],
            reload: [{ http: 'http://127.0.0.1:${port:server}/fails?token=${env:C}' }],
          },
        },
      },
      {
        '.env': `FROM_FILE=${inFile}\n`,
        'show.mjs': `import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
writeFileSync('seen', process.env.FROM_FILE + ' ' + process.env.FROM_ENV);
createServer((request, response) => {
  response.statusCode = request.url.startsWith('/fails') ? 404 : 200;
  response.end();
}).listen(Number(process.argv[2]), '127.0.0.1');
`,
      },
    );
    expect(await startProject(client, id)).toMatchObject({ status: 'ready' });
    expect(await readFile(at('demo/seen'), 'utf8')).toBe(`${inFile} ${inEnv}`);
    const { success } = await client.call('devServers.rebuild', { params: { id }, body: {} });
    expect(success).toBe(false);
    await stop(id);
    await writeFile(at('demo/install.fails'), '');
    await startProject(client, id);
    await writeFile(at('demo/.env'), `${inFile}\n`);
    await startProject(client, id);
    const told = JSON.stringify([events, await client.call('devServers.list', {}), await logOf(id)]);
    end();
    await yard.kill();
    // All that Devyard keeps; nothing runs, so nothing has to be known of a run.
    const found = secrets.filter((secret) => told.includes(secret) || isAnywhere(secret, yard.dataDir));
    expect(found).toEqual([]);
    await yard.start();
    client = await yard.client();
    await writeFile(at('demo/.env'), `FROM_FILE=${inFile}\n`);
    await writeFile(at('demo/slow.mjs'), 'process.exit(0);');
    expect(await startProject(client, id)).toMatchObject({ status: 'ready' });
    expect(await readFile(at('demo/seen'), 'utf8')).toBe(`${inFile} ${inEnv}`);
  });

  function isAnywhere(text: string, folder: string): boolean {
    try {
      execFileSync('grep', ['-rqaF', text, folder]);
      return true;
    } catch (error) {
      if ((error as { status?: number }).status === 1) return false;
      throw error;
    }
  }
});

describe('a process with a terminal', () => {
  const asks = `import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const lines = createInterface({ input: process.stdin, output: process.stdout });
const ask = () => lines.question('Go on? (y/n) ', (answer) => {
  writeFileSync('answer-' + answer, String(process.stdout.isTTY) + ' ' + process.stdout.columns);
  ask();
});
process.stdout.on('resize', () => console.log('as wide as ' + process.stdout.columns));
ask();
`;
  const type = (id: string, input: string, size: { columns?: number; rows?: number } = {}) =>
    client.call('devServers.type', { params: { id, process: 'server' }, body: { input, ...size } });
  async function shown(id: string, words: string): Promise<void> {
    const stopReading = new AbortController();
    let text = '';
    for await (const chunk of client.terminal(id, 'server', stopReading.signal)) {
      text += chunk.toString();
      if (text.includes(words)) return;
    }
    throw new Error(`it only wrote ${text}`);
  }

  it('asks and is answered, also after a kill of the daemon', async () => {
    const { id } = await project(
      client,
      at('demo'),
      { processes: { server: { command: ['node', 'asks.mjs'], tty: true, stop: { grace: '500ms' } } } },
      { 'asks.mjs': asks, 'slow.mjs': slowScript },
    );
    await expect(type(id, 'y\r')).rejects.toMatchObject({ code: 'wrong-state', field: 'process' });
    await startProject(client, id);
    // At once, before what holds the terminal listens.
    await shown(id, 'Go on? (y/n)');
    await type(id, '', { columns: 91, rows: 20 });
    await shown(id, 'as wide as 91');
    await type(id, 'y\r');
    await expect.poll(() => readFile(at('demo/answer-y'), 'utf8').catch(() => '')).toBe('true 91');
    await revive();
    await untilProject(client, id, ({ status }) => status === 'ready');
    await shown(id, 'Go on? (y/n)');
    await type(id, 'n\r');
    await untilFile(at('demo/answer-n'));
    expect(await stop(id)).toMatchObject({ status: 'stopped' });
    expect(await yard.processes()).toEqual([]);
    await expect(shown(id, 'anything')).rejects.toMatchObject({ code: 'wrong-state' });
    await expect(client.call('devServers.type', { params: { id, process: 'no' }, body: {} })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});
