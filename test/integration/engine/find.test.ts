import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EngineSearch, findEngine } from '../../../src/managers/codeServers/engine/find.ts';
import type { Engine } from '../../../src/managers/codeServers/model.ts';
import { gone, Workshop } from './workshop.ts';

let shop: Workshop;

beforeEach(async () => {
  shop = await Workshop.open();
});

afterEach(() => shop[Symbol.asyncDispose]());

const answering = (version: string): string =>
  `echo '[2026-01-01T00:00:00.000Z] info  hello'; echo '${version} abc with Code 1.0.0'`;

/** `on`: folders, the first one first. */
const find = (on: readonly string[] = [], more: Partial<EngineSearch> = {}): Promise<Engine> =>
  findEngine({
    configured: '',
    env: { PATH: [...on, shop.bin].join(':') },
    tools: shop.tools,
    platform: 'linux',
    ...more,
  });

const server = (folder: string, lines: string): Promise<string> =>
  shop.executable(join(shop.path, folder, 'code-server'), lines);
const at = (folder: string): string => join(shop.path, folder);

describe('finding code-server', () => {
  it('passes over the remote command line of an editor, also behind a link', async () => {
    const remote = await server('editor/bin/remote-cli', answering('4.130.0'));
    await mkdir(at('linked'));
    await symlink(remote, at('linked/code-server'));
    const path = await server('real', answering('4.120.0'));
    expect(await find([at('editor/bin/remote-cli'), at('linked'), at('real')])).toEqual({
      status: 'ready',
      path,
      version: '4.120.0',
      source: 'path',
    });
    expect(await find([at('editor/bin/remote-cli'), at('linked')])).toMatchObject({ status: 'missing' });
  });

  it('takes the one of the setting before all others', async () => {
    await server('on-path', answering('4.130.0'));
    const configured = await server('chosen', answering('4.20.0'));
    expect(await find([at('on-path')], { configured })).toMatchObject({
      status: 'ready',
      path: configured,
      source: 'setting',
    });
  });

  it.each([
    ['is not there', 'nothing'],
    ['is a folder', 'folder'],
    ['is not executable', 'plain'],
  ])('says that the one of the setting %s, and uses no other', async (_, name) => {
    await server('on-path', answering('4.130.0'));
    await mkdir(at('folder'));
    await writeFile(at('plain'), '#!/bin/sh\n', { mode: 0o644 });
    const configured = at(name);
    expect(await find([at('on-path')], { configured })).toMatchObject({
      status: 'missing',
      message: expect.stringContaining(`${configured}, which is not an executable file`) as string,
      hint: expect.stringContaining('Correct the setting') as string,
    });
  });

  it.each([
    ['too old', answering('4.14.0'), { status: 'tooOld', version: '4.14.0', minimum: '4.14.1' }],
    ['garbage', 'head -c 300 /dev/zero | cat; echo hello', { status: 'missing' }],
    ['silent', 'exit 0', { status: 'missing', message: expect.stringContaining('printed nothing') as string }],
    [
      'broken',
      'echo 4.130.0; echo no libc >&2; exit 127',
      { status: 'missing', message: expect.stringContaining('no libc') as string },
    ],
    ['no program', '\u0000\u0001', { status: 'missing' }],
  ])('tells one that is %s, and uses the next instead', async (_, lines, told) => {
    const path = await server('first', lines);
    expect(await find([at('first')])).toMatchObject(told);
    expect(await find([], { configured: path })).toMatchObject(told);
    await server('second', answering('4.130.0'));
    expect(await find([at('first'), at('second')])).toMatchObject({ status: 'ready', path: at('second/code-server') });
  });

  it('does not wait for one that hangs, and ends it with its child', async () => {
    await server(
      'first',
      `echo $$ > '${shop.path}/npm.json.pids'; sleep 600 & echo $! >> '${shop.path}/npm.json.pids'; wait`,
    );
    expect(await find([at('first')], { timeoutMs: 300 })).toMatchObject({
      status: 'missing',
      message: expect.stringContaining('did not answer') as string,
    });
    const pids = await shop.hanging();
    expect(pids).toHaveLength(2);
    await gone(pids);
  });

  it('takes the newest of its own that answers, by number, when nothing on the PATH will do', async () => {
    for (const version of ['4.9.0', '4.99.1', '4.139.1']) {
      await shop.executable(join(shop.tools, `code-server-${version}`, 'bin', 'code-server'), answering(version));
    }
    await shop.executable(join(shop.tools, 'code-server-4.200.0', 'bin', 'code-server'), 'exit 1');
    await shop.executable(join(shop.tools, 'code-server-4.300.0.partial', 'bin', 'code-server'), answering('4.300.0'));
    await shop.executable(join(shop.tools, 'code-server-4.400.0', 'bin', 'code-server'), answering('4.400.0'), 0o644);
    const own = { status: 'ready', version: '4.139.1', source: 'devyard' };
    expect(await find()).toMatchObject(own);
    await server('old', answering('4.0.0'));
    expect(await find([at('old')])).toMatchObject(own);
  });

  it('asks without leaving a configuration file behind', async () => {
    const path = await server('spy', `echo "$@" > '${shop.path}/asked'; ${answering('4.130.0')}`);
    await find([at('spy')]);
    expect(path).toBe(at('spy/code-server'));
    expect((await readFile(at('asked'), 'utf8')).trim()).toBe('--config /dev/null --version');
  });

  it('knows that there is none for Windows', async () => {
    expect(await find([], { platform: 'win32' })).toMatchObject({
      status: 'missing',
      hint: expect.stringContaining('WSL') as string,
    });
  });
});
