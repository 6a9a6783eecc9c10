import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { spawn as spawnPty, type IPty } from '@lydell/node-pty';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DevyardError } from '../../../src/managers/shared/errors.ts';
import { buildCli, outcomeOf, startCliWorld, type CliWorld } from './cliWorld.ts';
import type { FakeShell } from './fakeDokploy.ts';

const megabyte = 1024 * 1024;
let cli: Awaited<ReturnType<typeof buildCli>>;
let world: CliWorld;
beforeAll(async () => {
  cli = await buildCli();
});
afterAll(() => cli.remove());
beforeEach(async () => {
  world = await startCliWorld(cli.file);
});
afterEach(() => world.close());

describe('devyard dokploy exec', () => {
  const exec = (...words: string[]) => world.run('dokploy', 'exec', 'api', '--', ...words);

  it('gives output, errors and exit code, and nothing else', async () => {
    expect(await exec('echo out; echo err >&2; exit 37')).toEqual({
      code: 37,
      stdout: Buffer.from('out\n'),
      stderr: 'err\n',
    });
    expect(await exec('kill -TERM $$')).toMatchObject({ code: 143, stderr: '' });
    const hostile = ["it's", 'a  b', '$HOME', '*', '', '-x', 'ü\n'];
    expect((await exec('printf', String.raw`%s\0`, ...hostile)).stdout.toString().split('\0').slice(0, -1)).toEqual(
      hostile,
    );
  });

  it('passes 50 MB through both ways as they are', async () => {
    const child = world.start('dokploy', 'exec', 'api', 'cat');
    const block = randomBytes(megabyte);
    const [sent, got] = [createHash('sha256'), createHash('sha256')];
    const blocks = Array.from({ length: 50 }, () => block);
    for (const one of blocks) sent.update(one);
    await Promise.all([pipeline(Readable.from(blocks), child.stdin), pipeline(child.stdout, got)]);
    if (child.exitCode === null) await once(child, 'exit');
    expect([child.exitCode, got.digest('hex')]).toEqual([0, sent.digest('hex')]);
  });

  it('does not wait for input that nobody reads, and ends with who reads its output', async () => {
    const idle = world.start('dokploy', 'exec', 'api', 'echo done');
    expect(await outcomeOf(idle)).toMatchObject({ code: 0, stdout: Buffer.from('done\n') });
    const endless = world.start('dokploy', 'exec', 'api', 'yes');
    await once(endless.stdout, 'data');
    endless.stdout.destroy();
    await once(endless, 'exit');
    await expect.poll(() => world.dokploy.commands.at(-1)?.isEnded()).toBe(true);
  });

  it('ends the command with Ctrl+C', async () => {
    const child = world.start('dokploy', 'exec', 'api', 'echo begun; sleep 600');
    child.stdout.once('data', () => child.kill('SIGINT'));
    expect(await outcomeOf(child)).toMatchObject({ code: 130, stderr: '' });
    await expect.poll(() => world.dokploy.commands.at(-1)?.isEnded()).toBe(true);
  });

  it('says what keeps it from running', async () => {
    world.dokploy.fail = new DevyardError('wrong-state', '“api” is stopped.', { hint: 'Start it.' });
    expect(await exec('true')).toMatchObject({ code: 4, stderr: 'devyard: “api” is stopped.\nStart it.\n' });
    expect(await exec()).toMatchObject({ code: 2, stderr: expect.stringContaining('COMMAND is missing') as string });
  });
});

describe('devyard dokploy ssh', () => {
  const pty = (
    ...args: string[]
  ): {
    readonly terminal: IPty;
    readonly said: (words: string) => Promise<void>;
    readonly screen: () => string;
    readonly ended: Promise<number>;
  } => {
    const terminal = spawnPty(process.execPath, [...world.args, ...args], {
      cols: 100,
      rows: 30,
      cwd: world.folder,
      env: world.env,
    });
    let text = '';
    const waiting = new Set<() => void>();
    terminal.onData((data) => {
      text += data;
      for (const look of waiting) look();
    });
    return {
      terminal,
      screen: () => text,
      ended: new Promise((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode))),
      said: (words) =>
        new Promise((resolve) => {
          const look = (): void => {
            if (!text.includes(words)) return;
            waiting.delete(look);
            resolve();
          };
          waiting.add(look);
          look();
        }),
    };
  };
  const shell = async (): Promise<FakeShell> => {
    await expect.poll(() => world.dokploy.shells.length).toBe(1);
    return world.dokploy.shells.at(-1) ?? expect.fail('no shell');
  };

  it('is a terminal: raw keys, its size, and the exit code of the shell', async () => {
    const { terminal, said, ended } = pty('dokploy', 'ssh', 'api');
    const remote = await shell();
    expect(world.dokploy.calls.at(-1)).toEqual(['shell', 'api', { columns: 100, rows: 30 }]);
    remote.output.write('ready$ ');
    await said('ready$ ');
    // Ctrl+C, Ctrl+D and Ctrl+Z are keys like any other.
    terminal.write('\u0003\u0004\u001A');
    expect(await once(remote.input, 'data')).toEqual([Buffer.from('\u0003\u0004\u001A')]);
    terminal.resize(120, 40);
    await expect.poll(() => remote.sizes.at(-1)).toEqual([120, 40]);
    remote.finish({ code: 7, signal: null });
    expect(await ended).toBe(7);
  });

  it('is left with Enter ~. when nothing answers', async () => {
    const { terminal, said, ended } = pty('dokploy', 'ssh', 'api');
    const remote = await shell();
    remote.output.write('ready$ ');
    await said('ready$ ');
    terminal.write('\r~.');
    expect(await ended).toBe(255);
    await expect.poll(() => remote.ended).toBe(true);
  });

  it('needs a terminal', async () => {
    expect(await world.run('dokploy', 'ssh', 'api')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('needs a terminal') as string,
    });
  });

  it('keys and passwords are asked for without showing them', async () => {
    const { terminal, said, screen, ended } = pty('dokploy', 'server', 'add', 'https://d.test');
    await said('The API key: ');
    terminal.write('hidden-key\r');
    await said('connected');
    expect(await ended).toBe(0);
    expect(world.dokploy.calls.at(-1)).toEqual(['addServer', { url: 'https://d.test', apiKey: 'hidden-key' }]);
    expect(screen()).not.toContain('hidden-key');
    const again = pty('dokploy', 'server', 'add', 'https://d.test');
    await again.said('The API key: ');
    again.terminal.write('\u0003');
    expect(await again.ended).toBe(130);
  });
});
