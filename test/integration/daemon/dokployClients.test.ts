import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import type { Workspace } from '../../../src/api/contract/dokploy.ts';
import { DokployYard, ended, jobOf, run } from './dokployYard.ts';

let yard: DokployYard;
let clients: readonly [DevyardClient, DevyardClient];
let box: Workspace;

beforeAll(async () => {
  yard = await DokployYard.open();
  clients = [yard.client, await yard.yard.client()];
}, 60_000);
afterAll(() => yard[Symbol.asyncDispose]());

beforeEach(({ skip }) => {
  if (yard.dokploy.machines !== 'docker') skip('there is no Docker engine here');
});

const both = <T>(work: (client: DevyardClient) => Promise<T>): Promise<[T, T]> =>
  Promise.all([work(clients[0]), work(clients[1])]);
const appName = (): string => box.appName ?? '';

/** A log that is read as it comes. */
class Following {
  text = '';
  readonly #stop = new AbortController();
  readonly ended: Promise<void>;
  #heard: () => void = () => undefined;

  constructor(source: 'deploy' | 'container', id: string) {
    this.ended = this.#read(source, id);
  }

  /** Resolves when it was read, rejects when the log ends without it. */
  async reads(words: string): Promise<void> {
    while (!this.text.includes(words)) {
      const heard = new Promise<boolean>((resolve) => (this.#heard = () => resolve(true)));
      const isOver = this.ended.then(() => false);
      if (!(await Promise.race([heard, isOver])) && !this.text.includes(words))
        throw new Error(`the log ended without ${words}: ${this.text}`);
    }
  }

  leave(): Promise<void> {
    this.#stop.abort();
    return this.ended;
  }

  async #read(source: 'deploy' | 'container', id: string): Promise<void> {
    for await (const bytes of clients[1].workspaceLog(id, source, 100, this.#stop.signal)) {
      this.text += bytes.toString();
      this.#heard();
    }
  }
}

describe('two clients', () => {
  it('that create with the same key at the same time get one workspace', async () => {
    const body = yard.body('box');
    const [one, other] = await both((client) => client.call('dokploy.create', { body }, { idempotencyKey: 'a-key' }));
    expect(one.id).toBe(other.id);
    expect((await jobOf(yard.client, one.id)).state).toMatchObject({ status: 'succeeded' });
    box = await yard.get(one.id);
    expect(await yard.states()).toEqual(['box running']);
    expect(yard.dokploy.services()).toEqual([appName()]);
    expect(yard.dokploy.count('application.create')).toBe(1);
    // Also much later, and also when the name alone would be in the way.
    const again = await clients[1].call('dokploy.create', { body }, { idempotencyKey: 'a-key' });
    expect(again).toMatchObject({ id: box.id, state: { status: 'running' } });
    const refused = { code: 'conflict', field: 'name' };
    await expect(clients[1].call('dokploy.create', { body })).rejects.toMatchObject(refused);
    const twins = await both((client) =>
      client.call('dokploy.create', { body: yard.body('twin') }).then(
        ({ id }) => id,
        (error: unknown) => (error as { code: string }).code,
      ),
    );
    expect(twins).toContain('conflict');
    await yard.remove('twin');
    expect(await yard.states()).toEqual(['box running']);
  }, 90_000);

  it('that stop, start or delete the same one at the same time are both told of the end', async () => {
    const params = { id: box.id };
    for (const [action, status] of [
      ['stop', 'stopped'],
      ['start', 'running'],
      ['restart', 'running'],
    ] as const) {
      const jobs = await both(async (client) => ended(client, await client.call(`dokploy.${action}`, { params })));
      expect(jobs.map(({ state }) => state.status)).toEqual(['succeeded', 'succeeded']);
      expect((await yard.get(box.id)).state.status).toBe(status);
    }
    // One stops and the other starts: whatever came last holds.
    await Promise.all([
      clients[0].call('dokploy.stop', { params }).then((job) => ended(clients[0], job)),
      clients[1].call('dokploy.start', { params }).then((job) => ended(clients[1], job)),
    ]);
    const last = (await yard.client.call('jobs.list', {})).findLast(({ resourceId }) => resourceId === box.id);
    expect((await yard.ask(box.id)).state.status).toBe(last?.kind === 'dokploy.stop' ? 'stopped' : 'running');
    expect((await yard.act('start', box.id)).state.status).toBe('succeeded');
  }, 90_000);
});

describe('two edits', () => {
  it('at the same time of different things both hold', async () => {
    const params = { id: box.id };
    const jobs = await Promise.all([
      clients[0].call('dokploy.patch', { params, body: { memoryMb: 256 } }).then((job) => ended(clients[0], job)),
      clients[1]
        .call('dokploy.patch', { params, body: { env: { ADDED: 'yes' } } })
        .then((job) => ended(clients[1], job)),
      clients[0].call('dokploy.patch', { params, body: { forwardAgent: true } }).then((job) => ended(clients[0], job)),
    ]);
    expect(jobs.map(({ state }) => state.status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(await yard.get(box.id)).toMatchObject({ memoryMb: 256, envNames: ['ADDED'], forwardAgent: true });
    expect(yard.dokploy.spec(appName())).toMatchObject({ memoryBytes: 256 * 1024 * 1024 });
    expect(await yard.say(box.id, 'echo "$ADDED"')).toBe('yes');
  }, 60_000);
});

describe('a log', () => {
  it('of a deployment comes while it is written, and ends with it', async () => {
    const gate = yard.dokploy.hold('worker.pull');
    const redeploy = await yard.client.call('dokploy.redeploy', { params: { id: box.id } });
    await gate.reached;
    const log = new Following('deploy', box.id);
    await log.reads('Pulling ');
    expect(log.text).not.toContain('Pulling image completed');
    gate.release();
    await log.reads('Pulling image completed');
    await log.ended;
    expect((await ended(yard.client, redeploy)).state.status).toBe('succeeded');
    const { text } = await yard.client.call('dokploy.logs', { params: { id: box.id }, query: { source: 'deploy' } });
    expect(text).toContain('Pulling image completed');
  });

  it('of a container comes while it is written, and ends when the workspace stops or nobody reads', async () => {
    const [log, other] = [new Following('container', box.id), new Following('container', box.id)];
    await Promise.all([log.reads('ready for dev'), other.reads('ready for dev')]);
    await yard.dokploy.exec(appName(), ['/bin/sh', '-c', 'echo written just now >/proc/1/fd/2']);
    await Promise.all([log.reads('written just now'), other.reads('written just now')]);
    await other.leave();
    expect((await yard.act('stop', box.id)).state.status).toBe('succeeded');
    await log.ended;
    expect((await yard.act('start', box.id)).state.status).toBe('succeeded');
  });
});

describe('a deletion', () => {
  it('by two at once, while one works in it, is fine and leaves nothing', async () => {
    const session = await yard.client.exec(box.id, 'sleep 600');
    session.stdout.resume();
    session.stderr.resume();
    const { sshAlias } = box;
    const ssh = join(yard.yard.dataDir, 'ssh');
    expect(await readFile(join(ssh, 'known_hosts'), 'utf8')).toContain(sshAlias);
    const query = { volumes: 'true' };
    const jobs = await both(async (client) =>
      ended(client, await client.call('dokploy.delete', { params: { id: box.id }, query })),
    );
    expect(jobs.map(({ state }) => state.status)).toEqual(['succeeded', 'succeeded']);
    await expect(session.exit).rejects.toMatchObject({
      code: expect.stringMatching(/unavailable|cancelled/) as string,
    });
    expect((await yard.remove(box.id)).state.status).toBe('succeeded');
    const [listed] = await both((client) => client.call('dokploy.list', { query: { refresh: 'true' } }));
    expect(listed).toEqual([]);
    expect([yard.dokploy.services(), yard.dokploy.orphans()]).toEqual([[], []]);
    expect((await yard.client.call('dokploy.sshConfig', {})).text).not.toContain('Host ');
    expect(await readFile(join(ssh, 'known_hosts'), 'utf8')).not.toContain(sshAlias);
    expect(await readdir(join(ssh, 'keys'))).toEqual([]);
    await expect(run(yard.client, box.id, 'true')).rejects.toMatchObject({ code: 'not-found' });
  });
});
