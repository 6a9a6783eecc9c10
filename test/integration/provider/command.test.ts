import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SetUp, setUp } from './setUp.ts';

/** Between DevPod and a command on the machine. */
let world: SetUp;
beforeAll(async () => {
  world = await setUp();
  await world.devPod.succeed('create');
}, 180_000);
afterAll(() => world[Symbol.asyncDispose](), 60_000);

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** DevPod begins so (its pkg/inject): the script says ping, hears pong, takes a program from its input, and says done. */
const injection = `
echo ping
IFS= read -r answer
[ "$answer" = pong ] || exit 1
echo ARM-false
cat >/tmp/injected
echo done
`;

it('hands over a program as DevPod does: ping, pong, 50 MB, done', async () => {
  const program = randomBytes(50_000_000);
  const { child, ended } = world.devPod.start('command', { stdin: 'pipe', env: { COMMAND: injection } });
  let heard = '';
  const said = (words: string): Promise<void> =>
    new Promise((resolve) => {
      child.stdout?.on('data', (chunk: Buffer) => {
        heard += chunk.toString();
        if (heard.endsWith(words)) resolve();
      });
    });
  await said('ping\n');
  const asked = said('ARM-false\n');
  child.stdin?.write('pong\n');
  await asked;
  child.stdin?.end(program);
  const { code, stdout } = await ended;
  expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: 'ping\nARM-false\ndone\n' });
  const sum = await world.devPod.command('sha256sum </tmp/injected');
  expect(sum.stdout.toString()).toContain(sha256(program));
});

it('ends although its input stays open', async () => {
  const { code, stdout } = await world.devPod.start('command', { stdin: 'pipe', env: { COMMAND: 'echo x' } }).ended;
  expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: 'x\n' });
});

it('ends when nobody reads any more', async () => {
  const { child, ended } = world.devPod.start('command', { env: { COMMAND: 'yes' } });
  await once(child.stdout ?? child, 'data');
  child.stdout?.destroy();
  const { code, stderr } = await ended;
  expect({ code, stderr }).toEqual({ code: 141, stderr: '' });
});

it.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('ends by %s, and its command with it', async (signal, expected) => {
  const mark = `/tmp/${randomBytes(6).toString('hex')}`;
  // Without a terminal a command notices that nobody is there by its closed output.
  const text = `echo $$ >${mark}; echo up; while echo x; do sleep 0.1; done`;
  const { child, ended } = world.devPod.start('command', { env: { COMMAND: text } });
  await once(child.stdout ?? child, 'data');
  child.kill(signal);
  expect((await ended).code).toBe(expected);
  const gone = await world.devPod.command(
    `for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do kill -0 $(cat ${mark}) 2>/dev/null || exit 0; sleep 0.5; done; exit 1`,
  );
  expect(gone.code).toBe(0);
});

it('needs no Dokploy when it knows where the machine is', async () => {
  world.dokploy.resetCounts();
  await world.devPod.command('true');
  expect(world.dokploy.requests).toEqual([]);
});

describe('where the machine is', () => {
  const file = (name: string): string => join(world.devPod.machineFolder, name);
  const hinted = async (): Promise<{ endpoint: { port: number } }> =>
    JSON.parse(await readFile(file('devyard.json'), 'utf8')) as { endpoint: { port: number } };

  it('is asked for when nothing was written down', async () => {
    await rm(file('devyard.json'));
    expect((await world.devPod.command('exit 9')).code).toBe(9);
    expect((await hinted()).endpoint.port).toBeGreaterThan(23_000);
  });

  it('is asked for when nothing answers where it was', async () => {
    const right = await hinted();
    await writeFile(file('devyard.json'), JSON.stringify({ ...right, endpoint: { host: '127.0.0.1', port: 9 } }));
    expect((await world.devPod.command('exit 9')).code).toBe(9);
    expect(await hinted()).toEqual(right);
  });

  it('says that it cannot be reached, when Dokploy cannot be asked either', async () => {
    const right = await readFile(file('devyard.json'), 'utf8');
    await writeFile(file('devyard.json'), right.replace(/"port":\d+/, '"port":9'));
    await world.dokploy.goDown();
    const { code, stdout, stderr } = await world.devPod.command('true');
    await world.dokploy.comeUp();
    await writeFile(file('devyard.json'), right);
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/Nothing listens on 127\.0\.0\.1:9\. .*could not be reached/);
  });
});

it('does not run without the key, and makes no other one', async () => {
  const key = join(world.devPod.machineFolder, 'id_devpod_rsa');
  const text = await readFile(key, 'utf8');
  await rm(key);
  const { code, stderr } = await world.devPod.command('true');
  expect(code).toBe(1);
  expect(stderr).toContain('The key of the machine is missing');
  await expect(readFile(key)).rejects.toThrow('ENOENT');
  await writeFile(key, text, { mode: 0o600 });
});

it('talks to no host but the one it knows', async () => {
  const appName = world.dokploy.services()[0] ?? '';
  await world.dokploy.swapHostKey(appName);
  const { code, stdout, stderr } = await world.devPod.command('echo secret');
  expect({ code, stdout: stdout.toString() }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('is not the host that it was');
  expect(stderr).toContain('known_hosts');
  await rm(join(world.devPod.machineFolder, 'known_hosts'));
  expect((await world.devPod.command('exit 4')).code).toBe(4);
});

it('is how the machine ends itself, and stays ended until it is started', async (context) => {
  if (world.dokploy.machines !== 'docker') context.skip('without containers no process is the first one');
  await world.devPod.command('kill -TERM 1');
  await expect.poll(() => world.devPod.status(), { timeout: 20_000 }).toBe('Stopped\n');
  await world.devPod.succeed('start');
  expect((await world.devPod.command('exit 6')).code).toBe(6);
});
