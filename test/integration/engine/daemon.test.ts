import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Yard } from '../daemon/yard.ts';
import { gone, version, Workshop } from './workshop.ts';

let yard: Yard;
let shop: Workshop;

beforeEach(async () => {
  shop = await Workshop.open();
  yard = await Yard.open();
  yard.env = { ...yard.env, PATH: shop.bin };
});

afterEach(async () => {
  await yard[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
});

const tools = (): Promise<string[]> => readdir(join(yard.dataDir, 'tools'));

async function install(): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  try {
    const args = [resolve('dist/cli.js'), 'code-server', 'install', '--data-dir', yard.dataDir];
    return { code: 0, ...(await promisify(execFile)(process.execPath, args, { env: yard.env })) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

describe('a daemon that installs code-server', () => {
  it('ends with npm when it is killed; the next one clears up and can install', async () => {
    await shop.tell({ hang: true, at: 1 });
    await yard.start();
    await (await yard.client()).call('engine.install', {});
    const pids = await shop.hanging();
    await yard.kill();
    await gone(pids);
    expect(await tools()).toEqual([`code-server-${version}.partial`]);
    await yard.start();
    expect(await tools()).toEqual([]);
    await shop.tell({});
    expect(await install()).toMatchObject({ code: 0 });
    expect(await tools()).toEqual([`code-server-${version}`]);
  });

  it('ends npm when it is told to stop, and leaves nothing unfinished', async () => {
    await shop.tell({ hang: true, at: 1 });
    await yard.start();
    const installing = install();
    const pids = await shop.hanging();
    await yard.end();
    await gone(pids);
    expect(await tools()).toEqual([]);
    expect([4, 5]).toContain((await installing).code);
  });

  it('installs once for two command lines at once, and tells both each step', async () => {
    await yard.start();
    const [first, second] = await Promise.all([install(), install()]);
    for (const { code, stdout, stderr } of [first, second]) {
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: expect.stringMatching(/\[6\/6\] trying it out\n$/) as string,
      });
      expect(stdout).toContain(`code-server ${version} (${join(yard.dataDir, 'tools')}`);
    }
    expect((await shop.runs()).filter((args) => args.startsWith('install'))).toHaveLength(4);
  });

  it('says on the command line why it failed and what to do', async () => {
    await shop.tell({ text: 'npm error code ECONNREFUSED' });
    await yard.start();
    expect(await install()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/devyard: .*ECONNREFUSED.*\nCheck the network/s) as string,
    });
  });
});
