import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CodeServer } from '../../../src/api/contract/codeServers.ts';
import { rawZip } from '../../support/rawArchives.ts';
import { cliJson, runCli } from './cliRun.ts';
import { Yard } from './yard.ts';

let yard: Yard;

beforeAll(async () => {
  yard = await Yard.open();
  await writeFile(join(yard.path, 'site.zip'), rawZip([{ name: 'a.txt', content: 'A' }]));
  await yard.start('--listen', '127.0.0.1:0');
});

afterAll(() => yard[Symbol.asyncDispose]());

describe('devyard code-server', () => {
  it('fills the folder of an empty one, and duplicates it with its files', async () => {
    const { folder } = await cliJson<CodeServer>(yard, 'code-server', 'create', 'first');
    expect(await runCli(yard, 'code-server', 'fill', 'first', '--archive', 'site.zip')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('succeeded') as string,
    });
    expect(await readdir(folder)).toEqual(['a.txt']);
    expect(await runCli(yard, 'code-server', 'fill', 'first', '--archive', 'site.zip')).toMatchObject({ code: 4 });
    const second = await cliJson<CodeServer>(yard, 'code-server', 'duplicate', 'first', 'second');
    expect(second.name).toBe('second');
    expect(await readFile(join(second.folder, 'a.txt'), 'utf8')).toBe('A');
    expect((await cliJson<CodeServer>(yard, 'code-server', 'duplicate', 'first')).name).toBe('first copy');
  });

  it('sets what a server is kept with, and takes it back', async () => {
    await runCli(yard, 'code-server', 'create', 'set');
    const set = (...args: string[]): Promise<CodeServer> => cliJson(yard, 'code-server', 'set', 'set', ...args);
    const given = await set('--auto-start', '--stop-when-idle', '5', '--memory-limit', '256');
    expect(given).toMatchObject({ autoStart: true, stopWhenIdleMinutes: 5, memoryLimitMb: 256 });
    const taken = await set('--no-auto-start', '--stop-when-idle', 'never', '--memory-limit', 'none');
    expect(taken).toMatchObject({ autoStart: false, stopWhenIdleMinutes: null, memoryLimitMb: null });
    expect(await runCli(yard, 'code-server', 'set', 'set')).toMatchObject({ code: 2 });
  });

  it('applies the settings of groups, of the file that it is told', async () => {
    const { id } = await cliJson<CodeServer>(yard, 'code-server', 'create', 'settings');
    const group = (size: number): string => `{user_settings: {editor.tabSize: ${String(size)}}}`;
    await writeFile(join(yard.path, 'own.yaml'), `extension_groups: {narrow: ${group(1)}, wide: ${group(7)}}\n`);
    const args = ['apply-settings', 'settings', '--config', 'own.yaml', '--group', 'narrow', '--group', 'wide'];
    const { file, changed } = await cliJson<{ file: string; changed: string[] }>(yard, 'code-server', ...args);
    expect(changed).toEqual(['editor.tabSize']);
    expect(file).toContain(id);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ 'editor.tabSize': 7 });
    expect((await runCli(yard, 'code-server', ...args.slice(0, 4), '--group', 'wide')).stdout).toContain('Nothing to');
  });

  it('shows usage, the whole log and an address on the daemon of one that runs', async () => {
    const started = await runCli(yard, 'code-server', 'create', 'runs', '--start', '--wait');
    expect(started.code).toBe(0);
    await expect
      .poll(async () => (await cliJson<{ samples: unknown[] }>(yard, 'code-server', 'usage', 'runs')).samples.length, {
        timeout: 20_000,
        interval: 500,
      })
      .toBeGreaterThan(0);
    expect((await runCli(yard, 'code-server', 'usage', 'runs')).stdout).toMatch(
      /^runs {2}running\nCPU +\S+ % {2}[▁-█]+ {2}at most .+\nMemory +\d+ MB {2}[▁-█]+ {2}at most \d+ MB\n$/,
    );
    const { stdout } = await runCli(yard, 'code-server', 'logs', 'runs', '--all');
    expect(stdout).toMatch(/^\S+ \[system\] Starting code-server[^]*Running\./);
    const { port } = new URL(yard.ready?.url ?? '');
    expect((await runCli(yard, 'code-server', 'open', 'runs', '--proxy')).stdout).toMatch(
      new RegExp(`^http://code-server-\\w+\\.localhost:${port}/vscode/\\d+/\\S+\\n$`),
    );
  });

  it('ends quietly when nobody reads the whole log to its end', async () => {
    const script = { spam: { lines: 20_000 }, longLine: 3_000_000 };
    const folder = await yard.folder('spam', script);
    await runCli(yard, 'code-server', 'create', 'spam', '--folder', folder, '--start', '--wait');
    const cli = resolve(process.env['DEVYARD_TEST_BUNDLE'] ?? 'dist', 'cli.js');
    const child = spawn(process.execPath, [cli, 'code-server', 'logs', 'spam', '--all'], {
      env: { ...yard.env, DEVYARD_DATA_DIR: yard.dataDir },
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(stderr).toBe('');
  });
});

describe('devyard config', () => {
  it('names the place of what is wrong in a file', async () => {
    await writeFile(join(yard.path, 'wrong.yaml'), 'server:\n  default_prot: 3\n');
    expect(await runCli(yard, 'config', 'check', 'wrong.yaml')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^wrong\.yaml:2:3: .*default_prot.*\n$/) as string,
    });
    await writeFile(join(yard.path, 'right.yaml'), 'server:\n  default_port: 8001\n');
    expect(await runCli(yard, 'config', 'check', 'right.yaml')).toMatchObject({
      code: 0,
      stdout: 'right.yaml is fine.\n',
    });
    expect(await runCli(yard, 'config', 'check', 'none.yaml')).toMatchObject({ code: 3 });
    expect(await runCli(yard, 'groups', '--config', 'wrong.yaml')).toMatchObject({ code: 2 });
  });

  it('lists groups and templates, and what holds', async () => {
    expect((await runCli(yard, 'groups')).stdout).toContain('python  Python\n  ms-python.python\n');
    expect((await runCli(yard, 'templates')).stdout).toBe('devbox.yaml has no templates.\n');
    expect((await runCli(yard, 'config', 'show')).stdout).toMatch(
      /^file: +none; the defaults hold\nports: +\d+ to \d+\n/,
    );
    const items = '[{name: Hello, description: Says it}]';
    await writeFile(join(yard.path, 'tabs.yaml'), `packaged_assets: {tabs: [{name: Demos, items: ${items}}]}\n`);
    expect((await runCli(yard, 'templates', '--config', 'tabs.yaml')).stdout).toBe('Demos\n  Hello  Says it\n');
  });
});
