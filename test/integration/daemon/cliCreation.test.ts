import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import type { CodeServer } from '../../../src/api/contract/codeServers.ts';
import type { Job } from '../../../src/api/contract/jobs.ts';
import { rawZip } from '../../support/rawArchives.ts';
import { openHttpBackend } from '../git/httpBackend.ts';
import { cliJson, runCli, startCli } from './cliRun.ts';
import { Yard } from './yard.ts';

let yard: Yard;
let client: DevyardClient;

beforeAll(async () => {
  yard = await Yard.open();
  const path = join(yard.path, 'repo');
  await mkdir(path);
  const git = (...args: string[]): void =>
    void execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.invalid', ...args], {
      cwd: path,
      stdio: 'pipe',
    });
  git('init', '-q', '-b', 'main');
  await writeFile(join(path, 'hello.txt'), 'hello\n');
  git('add', '.');
  git('commit', '-q', '-m', 'One');
  git('branch', 'side');
  await writeFile(join(yard.path, 'site.zip'), rawZip([{ name: 'a.txt', content: 'A' }]));
  await writeFile(join(yard.path, 'broken.vsix'), 'no package');
  await yard.start();
  client = await yard.client();
});

afterAll(() => yard[Symbol.asyncDispose]());

afterEach(async () => {
  client = await yard.client();
  for (const { id } of await client.call('codeServers.list', {}))
    await client.call('codeServers.delete', { params: { id }, query: {} });
});

const create = (...args: readonly string[]): Promise<CodeServer> => cliJson(yard, 'code-server', 'create', ...args);

describe('devyard code-server create', () => {
  it('fills a folder from an archive or a repository named by relative paths, and is there when it returns', async () => {
    const fromZip = await create('zip', '--archive', 'site.zip');
    expect(fromZip.state.status).toBe('stopped');
    expect(await readFile(join(fromZip.folder, 'a.txt'), 'utf8')).toBe('A');
    const fromGit = await create('git', '--git', './repo', '--branch', 'side', '--start', '--wait');
    expect(fromGit).toMatchObject({ state: { status: 'running' }, origin: { branch: 'side' } });
    expect(await readdir(fromGit.folder)).toContain('hello.txt');
  });

  it('passes on how the server is to be kept', async () => {
    expect(
      await create('kept', '--auto-start', '--stop-when-idle', '30', '--memory-limit', '512', '--group', 'none').catch(
        (error: Error) => error.message,
      ),
    ).toContain('ended with 2');
    expect(await create('kept', '--auto-start', '--stop-when-idle', '30', '--memory-limit', '512')).toMatchObject({
      autoStart: true,
      stopWhenIdleMinutes: 30,
      memoryLimitMb: 512,
    });
  });

  it('takes templates of the file that it is told', async () => {
    const item = `{name: Hello, github_url: 'https://127.0.0.1:1/repo'}`;
    await writeFile(join(yard.path, 'devbox.yaml'), `packaged_assets: {tabs: [{name: Demos, items: [${item}]}]}\n`);
    const outcome = await runCli(yard, 'code-server', 'create', 't', '--template', 'Hello', '--config', 'devbox.yaml');
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toMatch(/https:\/\/127\.0\.0\.1:1\/repo[^]*Nothing was created\./);
  });

  it('says why nothing was created', async () => {
    const outcome = await runCli(yard, 'code-server', 'create', 'x', '--git', './nowhere');
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toMatch(/nowhere: there is no Git repository at this path[^]*Nothing was created\.\n$/);
  });

  it('keeps a server whose extension could not be installed, and lists the reasons', async () => {
    const outcome = await runCli(yard, 'code-server', 'create', 'kept', '--extension', 'broken.vsix');
    expect(outcome).toMatchObject({ code: 1, stdout: expect.stringMatching(/ {2}kept {2}stopped\n$/) as string });
    expect(outcome.stderr).toMatch(/1 of 1 failed\.\n {2}✗ \S+broken\.vsix: .+\nThe code-server “kept” is kept\./);
    const install = await runCli(yard, 'code-server', 'install-extension', 'kept', 'broken.vsix');
    expect(install).toMatchObject({ code: 1, stderr: expect.stringContaining('1 of 1 failed.') as string });
  });

  it('cancels what is being done at Ctrl+C, and leaves nothing', async () => {
    await using backend = await openHttpBackend({ root: yard.path, silent: true });
    const cli = startCli(yard, 'code-server', 'create', 'slow', '--git', `${backend.origin}/repo`);
    await Promise.all([backend.asked, cli.said('cloning')]);
    cli.child.kill('SIGINT');
    expect(await cli.ended).toMatchObject({
      code: 130,
      stdout: '',
      stderr: expect.stringMatching(/cancelled\.\nNothing was created\.\n$/) as string,
    });
    expect(await client.call('codeServers.list', {})).toEqual([]);
  });

  it('keeps the server when Ctrl+C ends the installation of extensions', async () => {
    // The fake code-server never ends when it is to install something.
    const cli = startCli(yard, 'code-server', 'create', 'half', '--extension', 'a.b');
    await cli.said('installing a.b');
    cli.child.kill('SIGINT');
    expect(await cli.ended).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('The code-server “half” is kept.') as string,
    });
  });

  it('returns at once when told to, and the job can be seen and cancelled', async () => {
    await using backend = await openHttpBackend({ root: yard.path, silent: true });
    const server = await create('slow', '--git', `${backend.origin}/repo`, '--detach');
    expect(server.state.status).toBe('creating');
    await backend.asked;
    const job = (await cliJson<Job[]>(yard, 'jobs')).at(-1);
    expect(job).toMatchObject({ resourceId: server.id, state: { status: 'running' } });
    expect((await runCli(yard, 'jobs')).stdout).toMatch(/Create “slow” {2}running · clon/);
    expect(await runCli(yard, 'job', 'cancel', job?.id ?? '')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Create “slow”  cancelled') as string,
    });
    expect(await runCli(yard, 'job', 'cancel', 'nobody')).toMatchObject({ code: 3 });
  });

  it('goes on with the next daemon when this one is killed', async () => {
    await using backend = await openHttpBackend({ root: yard.path, silent: true });
    const port = Number(new URL(backend.origin).port);
    const cli = startCli(yard, 'code-server', 'create', 'survivor', '--git', `${backend.origin}/repo/.git`);
    await Promise.all([backend.asked, cli.said('cloning')]);
    await backend[Symbol.asyncDispose]();
    await using answering = await openHttpBackend({ root: yard.path, port });
    await yard.kill();
    expect(await cli.ended).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/survivor {2}stopped\n$/) as string,
    });
    expect(answering.requests.length).toBeGreaterThan(0);
    // The command started a daemon of its own; the next test wants the yard's.
    expect(await runCli(yard, 'stop')).toMatchObject({ code: 0 });
    await yard.start();
  });
});
