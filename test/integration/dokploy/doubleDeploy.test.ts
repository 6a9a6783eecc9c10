import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DokployDouble, startDokploy } from '../../support/dokploy/double.ts';
import { type App, Calls, quickly } from './doubleCalls.ts';

let double: DokployDouble;
let calls: Calls;
beforeEach(async () => {
  double = await startDokploy({ machines: 'none' });
  calls = new Calls(double);
});
afterEach(async () => {
  await double.stop();
});

const queue = () => calls.query<{ data: Record<string, string>; state: string }[]>('deployment.queueList');
const update = (app: App, changes: object) =>
  calls.mutate('application.update', { applicationId: app.applicationId, ...changes });
const publish = (app: App, publishedPort: number) =>
  calls.mutate('port.create', {
    applicationId: app.applicationId,
    publishedPort,
    targetPort: 22,
    publishMode: 'host',
    protocol: 'tcp',
  });
describe('names', () => {
  it('get six letters at their end, so a repeated creation is a second one', async () => {
    const environmentId = await calls.environment();
    const names = [];
    for (let time = 0; time < 2; time++) names.push((await calls.application({ environmentId })).appName);
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^app-[a-z0-9]{6}$/);
  });
});

describe('the queue', () => {
  it('does one thing after the other, and nothing else knows what waits', async () => {
    const pull = double.hold('worker.pull');
    const environmentId = await calls.environment();
    const first = await calls.application({ environmentId });
    const second = await calls.application({ environmentId });
    await calls.deployApplication(first, 'one');
    await calls.deployApplication(second, 'two');
    await calls.becomes(first, 'running');
    expect(await calls.status(second)).toBe('idle');
    expect(await calls.deployments(second)).toEqual([]);
    expect((await queue()).map(({ data, state }) => [data['titleLog'], state])).toEqual([
      ['two', 'waiting'],
      ['one', 'active'],
    ]);
    pull.release();
    await calls.becomes(second, 'done');
    expect(await queue()).toEqual([]);
  });

  it('forgets what is cleaned, and goes on with what runs', async () => {
    const pull = double.hold('worker.pull');
    const first = await calls.application();
    const second = await calls.application();
    await calls.deployApplication(first, 'one');
    await calls.deployApplication(second, 'two');
    await calls.becomes(first, 'running');
    await calls.mutate('application.cleanQueues', { applicationId: second.applicationId });
    await calls.mutate('application.killBuild', { applicationId: first.applicationId });
    pull.release();
    await calls.becomes(first, 'done');
    expect(await calls.deployments(second)).toEqual([]);
  });
});

describe('a deployment', () => {
  it('ends before the status says so', async () => {
    const gates = ['worker.begin', 'worker.pull', 'worker.status'].map((place) => double.hold(place));
    const app = await calls.application();
    await calls.deployApplication(app, 'first');
    const seen = [];
    for (const gate of gates) {
      await gate.reached;
      seen.push([await calls.status(app), (await calls.deployments(app))[0]?.status]);
      gate.release();
    }
    await calls.becomes(app, 'done');
    expect(seen).toEqual([
      ['idle', undefined],
      ['running', 'running'],
      ['running', 'done'],
    ]);
  });

  it('fails with its reason in the log alone', async () => {
    const app = await calls.application({ image: 'registry.example/absent:v9' });
    double.failPull('registry.example/absent:v9');
    await calls.deployApplication(app, 'bad');
    await calls.becomes(app, 'error');
    const [deployment] = await calls.deployments(app);
    expect(deployment).toMatchObject({ status: 'error', errorMessage: null });
    const log = await calls.query<string>('deployment.readLogs', { deploymentId: deployment?.deploymentId ?? '' });
    expect(log).toContain('manifest for registry.example/absent:v9 not found: manifest unknown');
    expect(await calls.tasks(app)).toEqual([]);
  });

  it('is one of ten that are kept', async () => {
    const app = await calls.application();
    for (let count = 0; count < 12; count++) await calls.deployApplication(app, `n${String(count)}`);
    await expect.poll(async () => (await calls.deployments(app))[0]?.title, quickly).toBe('n11');
    const titles = (await calls.deployments(app)).map(({ title }) => title);
    expect(titles).toEqual(Array.from({ length: 10 }, (_, at) => `n${String(11 - at)}`));
  });

  it('of a server that cannot be reached says so at once, though the server is active', async () => {
    const serverId = double.addServer({ name: 'edge', reachable: false });
    expect(await calls.query('server.all')).toMatchObject([{ serverId, serverStatus: 'active' }]);
    const environmentId = await calls.environment();
    const app = await calls.mutate<App>('application.create', { name: 'far', environmentId, serverId });
    await calls.deployApplication(app, 'far');
    await calls.becomes(app, 'error');
    expect((await calls.deployments(app))[0]?.errorMessage).toContain('SSH connection error');
  });

  it('is done although its container ends again and again', async () => {
    const app = await calls.application();
    await update(app, { command: '/bin/sh', args: ['-c', 'echo dying; exit 3'] });
    await calls.deployApplication(app, 'crasher');
    await calls.becomes(app, 'done');
    const failed = (tasks: { error: string }[]) => tasks.filter(({ error }) => error.includes('non-zero exit (3)'));
    await expect.poll(async () => failed(await calls.tasks(app)).length, quickly).toBeGreaterThan(2);
    expect(await calls.status(app)).toBe('done');
  });
});

describe('host-mode ports', () => {
  it('stick at the second deployment, which is done all the same', async () => {
    const app = await calls.application();
    await publish(app, 2222);
    await calls.deployApplication(app, 'first');
    await calls.reaches(app, 'Running');
    await calls.deployApplication(app, 'second');
    await calls.reaches(app, 'Pending');
    await calls.becomes(app, 'done');
    expect(await calls.tasks(app)).toMatchObject([
      { state: 'running', node: '', error: '"no suitable node (host-mode port already in use on 1 node)"' },
      { state: 'running', node: 'vm', error: 'Error:' },
    ]);
  });

  it('are given over with stop-first', async () => {
    const app = await calls.application();
    await publish(app, 2222);
    await update(app, { updateConfigSwarm: { Parallelism: 1, Order: 'stop-first' } });
    await calls.deployApplication(app, 'first');
    await calls.reaches(app, 'Running');
    await calls.deployApplication(app, 'second');
    await expect
      .poll(async () => (await calls.tasks(app)).map(({ currentState }) => currentState.split(' ')[0]), quickly)
      .toEqual(['Running', 'Shutdown']);
  });

  it('are given over once, to the last of updates that overtake each other', async () => {
    const [app, later] = [await calls.application(), await calls.application()];
    for (const [one, port] of [[app, 2222] as const, [later, 2223] as const]) {
      await publish(one, port);
      await update(one, { updateConfigSwarm: { Parallelism: 1, Order: 'stop-first' } });
      await calls.deployApplication(one, 'first');
      await calls.reaches(one, 'Running');
    }
    const phases = async (one: App) => (await calls.tasks(one)).map(({ currentState }) => currentState.split(' ')[0]);
    for (const one of [app, app, later]) await calls.mutate('application.reload', one);
    // An update takes as long for each: what the first two launch was launched before this.
    await expect.poll(() => phases(later), quickly).toEqual(['Running', 'Shutdown']);
    expect(await phases(app)).toEqual(['Running', 'Shutdown']);
  });

  it('are for the first of two services, the other one waits until they are free', async () => {
    const [first, second] = [await calls.application(), await calls.application()];
    for (const app of [first, second]) await publish(app, 2222);
    await calls.deployApplication(first, 'first');
    await calls.reaches(first, 'Running');
    await calls.deployApplication(second, 'second');
    await calls.reaches(second, 'Pending');
    await calls.mutate('application.stop', { applicationId: first.applicationId });
    await calls.reaches(second, 'Running');
    expect(await calls.tasks(first)).toMatchObject([{ state: 'shutdown' }]);
  });
});

describe('stopping and starting', () => {
  it('answer with the status before', async () => {
    const app = await calls.deployed();
    const stopped = await calls.mutate<object>('application.stop', { applicationId: app.applicationId });
    expect(stopped).toMatchObject({ applicationStatus: 'done' });
    expect(await calls.status(app)).toBe('idle');
    await calls.reaches(app, 'Shutdown');
    const started = await calls.mutate<object>('application.start', { applicationId: app.applicationId });
    expect(started).toMatchObject({ applicationStatus: 'idle' });
    expect(await calls.status(app)).toBe('done');
    await calls.reaches(app, 'Running');
  });

  it('stops nothing gladly, but starts nothing', async () => {
    const app = await calls.application();
    expect((await calls.post('application.stop', { applicationId: app.applicationId })).status).toBe(200);
    const answer = await calls.post('application.start', { applicationId: app.applicationId });
    expect(answer.status).toBe(500);
    expect(answer.text).toContain(`service ${app.appName} not found`);
  });

  it('does not keep a deployment that is under way from going live', async () => {
    const pull = double.hold('worker.pull');
    const app = await calls.application();
    await calls.deployApplication(app, 'slow');
    await calls.becomes(app, 'running');
    await calls.mutate('application.stop', { applicationId: app.applicationId });
    expect(await calls.status(app)).toBe('idle');
    pull.release();
    await calls.becomes(app, 'done');
    await calls.reaches(app, 'Running');
  });

  it('never answers a start of what ends again and again', async () => {
    const app = await calls.deployed();
    await calls.mutate('application.stop', { applicationId: app.applicationId });
    await calls.reaches(app, 'Shutdown');
    double.failTasks(app.appName, 3);
    const patience = new AbortController();
    const start = calls.post('application.start', { applicationId: app.applicationId }, patience.signal);
    const failures = async () => (await calls.tasks(app)).filter(({ error }) => error.includes('(3)')).length;
    await expect.poll(failures, quickly).toBeGreaterThan(3);
    patience.abort();
    await expect(start).rejects.toThrow('aborted');
    expect(double.requests.find(({ procedure }) => procedure === 'application.start')?.status).toBeUndefined();
  });
});
