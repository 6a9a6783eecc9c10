import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { get } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, utils } from 'ssh2';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ensureDocker } from '../../../scripts/lib/docker.mjs';
import { guardScript } from '../../../scripts/lib/guard.mjs';
import { type DokployDouble, startDokploy } from '../../support/dokploy/double.ts';
import { sharedDocker } from '../../support/dokploy/sharedDocker.ts';
import { type App, Calls, quickly } from './doubleCalls.ts';

let docker: AsyncDisposable;
beforeAll(async () => {
  docker = await sharedDocker();
});
afterAll(async () => {
  await docker[Symbol.asyncDispose]();
});

const person = utils.generateKeyPairSync('ed25519');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** What a command says over SSH, and the host's key. Rejects when nobody lets one in. */
function over(port: number, username: string, command: string): Promise<{ output: string; hostKey: string }> {
  return new Promise((resolve, reject) => {
    let hostKey = '';
    const client = new Client();
    client.on('error', reject);
    client.on('ready', () => {
      client.exec(command, (error, channel) => {
        if (error !== undefined) {
          reject(error);
          return;
        }
        let output = '';
        channel.on('data', (data: Buffer) => (output += data.toString()));
        channel.stderr.on('data', (data: Buffer) => (output += data.toString()));
        channel.on('close', () => {
          client.end();
          resolve({ output, hostKey });
        });
      });
    });
    const hostVerifier = (key: Buffer): boolean => {
      hostKey = key.toString('base64');
      return true;
    };
    client.connect({ host: '127.0.0.1', port, username, privateKey: person.private, hostVerifier });
  });
}

describe.each(['docker', 'sshd'] as const)('machines that are %s', (machines) => {
  let double: DokployDouble | undefined;
  let calls: Calls;
  let port: number;
  beforeEach(async ({ skip }) => {
    double = await startDokploy({ machines }).catch((error: unknown) => skip((error as Error).message));
    if (double === undefined) return;
    calls = new Calls(double);
    port = await freePort();
  });
  afterEach(async () => {
    await double?.stop();
    double = undefined;
  });

  const world = () => {
    if (double === undefined) throw new Error('there is no double');
    return { double, user: double.user ?? 'root' };
  };
  const login = (command: string) => over(port, world().user, command);
  const logsIn = () => vi.waitFor(() => login('true'), quickly);

  async function application(): Promise<App> {
    const app = await calls.application();
    const { applicationId } = app;
    await calls.mutate('port.create', { applicationId, publishedPort: port, targetPort: 22, publishMode: 'host' });
    const env = `AUTHORIZED_KEY='${person.public}'\nGREETING="hi there"`;
    const rest = { buildArgs: null, buildSecrets: null, createEnvFile: false };
    await calls.mutate('application.saveEnvironment', { applicationId, env, ...rest });
    const mount = { type: 'volume', volumeName: 'data', mountPath: '/data', serviceId: applicationId };
    await calls.mutate('mounts.create', mount);
    await calls.mutate('application.update', {
      applicationId,
      memoryLimit: '67108864',
      updateConfigSwarm: { Parallelism: 1, Order: 'stop-first' },
    });
    return app;
  }

  async function deployed(): Promise<App> {
    const app = await application();
    await calls.deployApplication(app, 'first');
    await logsIn();
    return app;
  }

  it('let in the one whose key they were given', async () => {
    const app = await deployed();
    expect((await login('echo out; echo err >&2')).output).toBe('out\nerr\n');
    await calls.mutate('application.stop', { applicationId: app.applicationId });
    await calls.reaches(app, 'Shutdown');
    await expect(login('true')).rejects.toThrow(/ECONNREFUSED|ended|reset|timed out/iu);
  });

  it('have another host key when it is swapped', async () => {
    const app = await deployed();
    const before = await login('true');
    expect((await login('true')).hostKey).toBe(before.hostKey);
    await world().double.swapHostKey(app.appName);
    const now = () =>
      login('true').then(
        ({ hostKey }) => hostKey,
        () => before.hostKey,
      );
    await expect.poll(now, quickly).not.toBe(before.hostKey);
  });

  it('are started again when they crash', async () => {
    const app = await deployed();
    await world().double.killTask(app.appName);
    await expect.poll(async () => (await calls.tasks(app)).length, quickly).toBe(2);
    await logsIn();
    expect((await calls.tasks(app))[1]).toMatchObject({ error: '"task: non-zero exit (137)"' });
  });

  it('take one port for one of them only', async () => {
    await using taken = createServer().listen(port, '127.0.0.1');
    await once(taken, 'listening');
    const app = await application();
    await calls.deployApplication(app, 'first');
    const words = async () => (await calls.tasks(app)).find(({ error }) => error.includes('programming'))?.error;
    await expect.poll(words, quickly).toMatch(/driver failed programming external connectivity/);
  });

  it('leave nothing behind', async () => {
    await deployed();
    await world().double.stop();
    await expect(login('true')).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe('containers', () => {
  let double: DokployDouble;
  let calls: Calls;
  beforeEach(async ({ skip }) => {
    const started = await startDokploy({ machines: 'docker' }).catch((error: unknown) =>
      skip((error as Error).message),
    );
    double = started;
    calls = new Calls(double);
  });
  afterEach(async () => {
    await double.stop();
  });

  const sh = async (appName: string, script: string) => (await double.exec(appName, ['/bin/sh', '-c', script])).output;

  it('have their environment, limits and volumes, which outlive them', async () => {
    const app = await calls.application();
    const { applicationId } = app;
    const env = 'GREETING="hi there"\nDOLLAR=a$b';
    await calls.mutate('application.saveEnvironment', {
      ...{ applicationId, env, buildArgs: null, buildSecrets: null, createEnvFile: false },
    });
    const mount = { type: 'volume', volumeName: 'data', mountPath: '/data', serviceId: applicationId };
    await calls.mutate('mounts.create', mount);
    const command = { command: '/bin/sh', args: ['-c', 'trap "exit 0" TERM; sleep 600 & wait'] };
    await calls.mutate('application.update', { applicationId, memoryLimit: '67108864', ...command });
    await calls.deployApplication(app, 'first');
    await calls.reaches(app, 'Running');
    expect(await sh(app.appName, 'echo "$GREETING $DOLLAR" | tee /data/file')).toBe('hi there a$b\n');
    expect(double.spec(app.appName)).toMatchObject({ memoryBytes: 67_108_864, privileged: false });
    await calls.deployApplication(app, 'second');
    await expect
      .poll(async () => (await calls.tasks(app)).map(({ state }) => state), quickly)
      .toEqual(['running', 'shutdown']);
    await calls.reaches(app, 'Running');
    expect(await sh(app.appName, 'cat /data/file')).toBe('hi there a$b\n');
    await calls.mutate('application.delete', { applicationId });
    expect(await double.volumes()).toEqual(['data']);
  });

  it('of a compose project keep what is in them from a stop to a start', async () => {
    const environmentId = await calls.environment();
    const { composeId, appName } = await calls.mutate<{ composeId: string; appName: string }>('compose.create', {
      ...{ name: 'machine', appName: 'machine', environmentId },
    });
    const composeFile = `
services:
  machine:
    image: ${double.image}
    privileged: true
    restart: unless-stopped
    command: ["/bin/sh", "-c", "trap 'exit 0' TERM; sleep 600 & wait"]
    environment: { GREETING: "\${GREETING}" }
    volumes: ["data:/data"]
volumes: { data: {} }
`;
    await calls.mutate('compose.update', { composeId, sourceType: 'raw', composeFile, env: 'GREETING=hello' });
    expect(JSON.parse((await calls.post('compose.deploy', { composeId, title: 'first' })).text)).toMatchObject({
      success: true,
    });
    const status = async () =>
      (await calls.query<{ composeStatus: string }>('compose.one', { composeId })).composeStatus;
    await expect.poll(status, quickly).toBe('done');
    const containers = () =>
      calls.query<{ containerId: string; state: string; status: string }[]>('docker.getContainersByAppNameMatch', {
        ...{ appName, appType: 'docker-compose' },
      });
    const [first] = await containers();
    expect(first).toMatchObject({ state: 'running', status: expect.stringMatching(/^Up /) as string });
    expect(await sh(appName, 'echo "$GREETING"; touch /kept')).toBe('hello\n');
    expect(double.spec(appName)?.privileged).toBe(true);
    await calls.mutate('compose.stop', { composeId });
    expect(await containers()).toMatchObject([{ state: 'exited' }]);
    await calls.mutate('compose.start', { composeId });
    expect(await containers()).toMatchObject([{ containerId: first?.containerId, state: 'running' }]);
    expect(await sh(appName, 'ls /kept')).toBe('/kept\n');
    await calls.mutate('compose.delete', { composeId, deleteVolumes: true });
    expect([double.services(), await double.volumes()]).toEqual([[], []]);
  });

  it('of a double whose process is gone go with the next one', async () => {
    const { socket } = await ensureDocker();
    if (socket === undefined) throw new Error('the engine is gone');
    const body = JSON.stringify({
      Image: double.image,
      Labels: { 'devyard.test.dokploy.owner': '999999999-1', 'devyard.test.dokploy.double': 'lost' },
    });
    const { request } = await import('node:http');
    const made = request({ socketPath: socket, method: 'POST', path: '/containers/create' });
    made.setHeader('content-type', 'application/json').end(body);
    const [answer] = (await once(made, 'response')) as [{ statusCode: number; resume(): void }];
    answer.resume();
    expect(answer.statusCode).toBe(201);
    const lost = async (): Promise<unknown[]> => {
      const filters = encodeURIComponent(JSON.stringify({ label: ['devyard.test.dokploy.double=lost'] }));
      const [listed] = (await once(
        get({ socketPath: socket, path: `/containers/json?all=1&filters=${filters}` }),
        'response',
      )) as [AsyncIterable<Buffer>];
      let text = '';
      for await (const chunk of listed) text += chunk.toString();
      return JSON.parse(text) as unknown[];
    };
    expect(await lost()).toHaveLength(1);
    await using next = await startDokploy({ machines: 'docker' });
    expect([next.machines, await lost()]).toEqual(['docker', []]);
  });
});

describe('folders', () => {
  it('of a double whose process is gone go with the next one', async ({ skip }) => {
    const lost = join(tmpdir(), 'devyard-dokploy-999999999-1-lost');
    await mkdir(lost, { recursive: true });
    const next = await startDokploy({ machines: 'sshd' }).catch((error: unknown) => skip((error as Error).message));
    await next.stop();
    expect((await readdir(tmpdir())).filter((name) => lost.endsWith(name))).toEqual([]);
  });
});

describe('the guard of a process', () => {
  it('ends it when the one who began it is killed', async () => {
    const owner = spawn(
      process.execPath,
      [
        '-e',
        `const { spawn } = require('node:child_process');
        const guarded = spawn('/bin/sh', ['-c', ${JSON.stringify(guardScript)}, 'sh', 'KILL', '/nonexistent',
          '/bin/sh', '-c', 'echo $$; exec sleep 600'], { stdio: ['pipe', 'inherit', 'inherit'], detached: true });
        guarded.unref();
        setInterval(() => {}, 1000);`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    const lives = (): boolean => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    expect(lives()).toBe(true);
    owner.kill('SIGKILL');
    await expect.poll(lives, quickly).toBe(false);
  });
});
