import { readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, ensureDaemon, type LaunchOptions } from '../../../src/api/client/launch.ts';
import { takeLock } from '../../../src/managers/shared/lock.ts';
import { Yard } from './yard.ts';

let yard: Yard;

beforeEach(async () => {
  yard = await Yard.open();
});

afterEach(() => yard[Symbol.asyncDispose]());

const options = (): LaunchOptions => ({
  dataDir: yard.dataDir,
  bundleDir: resolve(process.env['DEVYARD_TEST_BUNDLE'] ?? 'dist'),
  // Older than any daemon, so that nobody is asked to hand over.
  build: { version: '0.0.0', build: 0 },
  execPath: process.execPath,
  env: yard.env,
});

const errorsFile = (): string => join(yard.dataDir, 'daemon.stderr.log');
const errorsText = (): Promise<string> => readFile(errorsFile(), 'utf8').catch(() => '');

/** Starts a daemon, and ends it before the next one may begin. */
async function launchedPid(launching: ReturnType<typeof ensureDaemon>): Promise<number> {
  const { client, info } = await launching;
  await client.call('daemon.stop', { body: { endRunning: true } });
  client.close();
  await yard.daemonGone();
  return info.pid;
}

describe('ensureDaemon', () => {
  it('waits for a daemon that is ending and still holds the lock', async () => {
    const ending = takeLock(join(yard.dataDir, 'daemon.lock'));
    let held = true;
    try {
      const launching = launchedPid(ensureDaemon(options()));
      const outcome = launching.catch((error: unknown) => error);
      while (!(await errorsText()).includes('owns this data directory')) await delay(10);
      ending.release();
      held = false;
      expect(await outcome).toEqual(expect.any(Number));
    } finally {
      if (held) ending.release();
    }
  });

  it('says so when one that answers nobody keeps the lock', { timeout: 40_000 }, async () => {
    const kept = takeLock(join(yard.dataDir, 'daemon.lock'));
    try {
      await expect(ensureDaemon(options())).rejects.toMatchObject({
        code: 'conflict',
        hint: expect.stringContaining('devyard stop') as string,
      });
    } finally {
      kept.release();
    }
  });

  it('takes a data directory relative to where the caller is', async () => {
    const dataDir = relative(process.cwd(), yard.dataDir);
    expect(await launchedPid(ensureDaemon({ ...options(), dataDir }))).toBeGreaterThan(1);
  });

  it('starts no second daemon beside one that hangs, and names it', async () => {
    const { pid } = await yard.start();
    process.kill(pid, 'SIGSTOP');
    try {
      const hangs = {
        code: 'unavailable',
        status: 0,
        message: `The Devyard daemon (pid ${String(pid)}) does not answer.`,
      };
      await expect(connect(yard.dataDir)).rejects.toMatchObject(hangs);
      await expect(ensureDaemon(options())).rejects.toMatchObject(hangs);
      expect(await errorsText()).toBe('');
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });

  it('says what is wrong with a data directory that is a file', async () => {
    const file = join(yard.path, 'file');
    await writeFile(file, '');
    await expect(ensureDaemon({ ...options(), dataDir: file })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(file) as string,
      hint: expect.stringContaining('DEVYARD_DATA_DIR') as string,
    });
  });

  it('keeps what another start said, up to a limit', async () => {
    await writeFile(errorsFile(), 'words of the other\n');
    await launchedPid(ensureDaemon(options()));
    expect(await errorsText()).toContain('words of the other');
    await writeFile(errorsFile(), 'x'.repeat(1_000_001));
    await launchedPid(ensureDaemon(options()));
    expect((await errorsText()).length).toBeLessThan(10_000);
  });
});
