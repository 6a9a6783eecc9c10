import { execFileSync } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import type { LogEntryView } from '../../../src/api/contract/logs.ts';
import { Yard } from './yard.ts';

let yard: Yard;
let client: DevyardClient;

beforeEach(async () => {
  yard = await Yard.open();
  await yard.start();
  client = await yard.client();
});

afterEach(() => yard[Symbol.asyncDispose]());

const start = (id: string, wait = true) => client.call('codeServers.start', { params: { id }, body: { wait } });
const stop = (id: string) => client.call('codeServers.stop', { params: { id } });
const texts = (entries: readonly LogEntryView[]): string[] =>
  entries.flatMap((entry) => (entry.kind === 'line' ? [entry.text] : []));

describe('a code-server', () => {
  it('goes from stopped to running and back, and says so in its log', async () => {
    const { id, state } = await yard.create(client, 'api');
    expect(state).toEqual({ status: 'stopped' });
    const running = await start(id);
    expect(running.state.status).toBe('running');
    expect((await stop(id)).state).toEqual({ status: 'stopped' });
    expect(await yard.processes()).toEqual([]);
    const { entries } = await client.call('codeServers.logs', { params: { id }, query: { lines: 50 } });
    expect(texts(entries)).toEqual(
      expect.arrayContaining(['Running.', 'Stopped.', expect.stringContaining('HTTP server listening')]),
    );
  });

  it('is never shown stopped or failed while it boots slowly', async () => {
    const { id } = await yard.create(client, 'slow', { bootDelayMs: 1500 });
    const seen = new Set<string>();
    await start(id, false);
    await yard.until(client, id, ({ state }) => {
      seen.add(state.status);
      return state.status === 'running';
    });
    expect([...seen]).toEqual(['starting', 'running']);
  });

  it('is shown failed with its exit code, its signal and its last words when it crashes', async () => {
    const boot = await yard.create(client, 'boot', { crash: { exitCode: 37, message: 'no such luck' } });
    await expect(start(boot.id)).rejects.toMatchObject({ code: 'start-failed', status: 502 });
    expect((await client.call('codeServers.get', { params: { id: boot.id } })).state).toMatchObject({
      status: 'failed',
      exitCode: 37,
      lastLines: expect.arrayContaining(['no such luck']) as string[],
    });
    const later = await yard.create(client, 'later', { crash: { afterMs: 700, signal: 'SIGSEGV' } });
    await start(later.id);
    const failed = await yard.until(client, later.id, ({ state }) => state.status === 'failed');
    expect(failed.state).toMatchObject({ signal: 'SIGSEGV', exitCode: null });
    await yard.script(failed.folder, {});
    expect((await start(later.id)).state.status).toBe('running');
  });

  it('is unhealthy but not forgotten when it hangs, can be stopped then, and is well again when it answers', async () => {
    await client.call('settings.patch', { body: { startTimeoutSeconds: 5, stopGraceSeconds: 1 } });
    const { id, folder } = await yard.create(client, 'hung', { unhealthy: { mode: 'error' } });
    await start(id, false);
    const hung = await yard.until(client, id, ({ state }) => state.status === 'unhealthy');
    expect(hung.state).toMatchObject({ status: 'unhealthy', reason: expect.stringContaining('5 s') as string });
    await yard.script(folder, {});
    await yard.until(client, id, ({ state }) => state.status === 'running');
    await yard.script(folder, { unhealthy: { mode: 'hang' } });
    expect((await stop(id)).state.status).toBe('stopped');
  });

  it('can be stopped while it starts', async () => {
    const { id } = await yard.create(client, 'never', { bootDelayMs: 600_000 });
    await start(id, false);
    expect((await stop(id)).state.status).toBe('stopped');
    expect(await yard.processes()).toEqual([]);
  });

  it('takes its whole tree along when it stops: deaf grandchildren, and those in sessions of their own', async () => {
    await client.call('settings.patch', { body: { stopGraceSeconds: 1 } });
    const { id } = await yard.create(client, 'tree', {
      ignoreTerm: true,
      grandchildren: { count: 3, ignoreTerm: true, ownSession: true },
    });
    const { state } = await start(id);
    if (state.status !== 'running') throw new Error(state.status);
    const before = await yard.processes();
    expect(before.length).toBeGreaterThan(1);
    await stop(id);
    expect(await yard.processes()).toEqual([]);
  });

  it('leaves nothing behind when only its first process is killed', async () => {
    await client.call('settings.patch', { body: { stopGraceSeconds: 1 } });
    const { id } = await yard.create(client, 'orphans', { grandchildren: { count: 2, ignoreTerm: true } });
    const { state } = await start(id);
    if (state.status !== 'running') throw new Error(state.status);
    process.kill(state.run.pid, 'SIGKILL');
    await yard.until(client, id, ({ state: now }) => now.status === 'failed');
    expect(await yard.processes()).toEqual([]);
  });

  it('has one tree and one port after a hundred restarts', async () => {
    const { id, port } = await yard.create(client, 'again');
    await start(id);
    for (let n = 0; n < 100; n += 1) await client.call('codeServers.restart', { params: { id }, body: { wait: true } });
    const server = await client.call('codeServers.get', { params: { id } });
    expect(server).toMatchObject({ port, state: { status: 'running' } });
    expect(await yard.processes()).toEqual([server.state.status === 'running' ? server.state.run.pid : 0]);
    // The launcher is a shell that becomes Node.js, so that one server is one process.
    expect(
      execFileSync('ls', [`${yard.dataDir}/runs`], { encoding: 'utf8' })
        .trim()
        .split('\n'),
    ).toHaveLength(1);
  });

  it('is measured with all its children', async () => {
    const { id } = await yard.create(client, 'busy', { grandchildren: { count: 1, busy: true } });
    await start(id);
    const abort = new AbortController();
    for await (const { event } of client.events(undefined, abort.signal)) {
      if (event.type !== 'codeServer.metrics' || event.metrics.cpuPercent < 50) continue;
      expect(event).toMatchObject({ id, metrics: { processes: 2 } });
      expect(event.metrics.memoryBytes).toBeGreaterThan(10_000_000);
      abort.abort();
    }
  });

  it('loses no line of a megabyte, and none of what comes fast', async () => {
    const { id } = await yard.create(client, 'loud', {
      longLine: 1_000_000,
      spam: { lines: 5000, perSecond: 100_000 },
    });
    await start(id);
    const abort = new AbortController();
    const spam: number[] = [];
    let longest = 0;
    for await (const batch of client.logs(id, 0, abort.signal)) {
      for (const text of texts(batch)) {
        longest = Math.max(longest, text.length);
        const match = /^spam (\d+)/.exec(text);
        if (match !== null) spam.push(Number(match[1]));
      }
      if (spam.length >= 5000 && longest >= 1_000_000) abort.abort();
    }
    expect(spam).toEqual(Array.from({ length: 5000 }, (_, index) => index + 1));
  });

  it('has a clean environment and private files', async () => {
    const { id } = await yard.create(client, 'clean');
    const { state } = await start(id);
    if (state.status !== 'running') throw new Error(state.status);
    const environment = (await readFile(`/proc/${String(state.run.pid)}/environ`, 'utf8')).split('\0');
    const names = environment.map((entry) => entry.split('=')[0]);
    expect(environment).toContain(`DEVYARD_RUN=${state.run.runId}`);
    expect(names).not.toContain('DEVYARD_DATA_DIR');
    expect(names.filter((name) => name?.startsWith('VITEST'))).toEqual([]);
    expect((await stat(`${yard.dataDir}/token`)).mode & 0o077).toBe(0);
    expect((await stat(yard.dataDir)).mode & 0o077).toBe(0);
  });
});
