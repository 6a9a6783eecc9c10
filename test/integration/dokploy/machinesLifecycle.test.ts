import { describe, expect, it, vi } from 'vitest';
import { ensureMachine } from '../../../src/managers/dokploy/machines/ensureMachine.ts';
import { redeployMachine } from '../../../src/managers/dokploy/machines/redeployMachine.ts';
import { removeMachine } from '../../../src/managers/dokploy/machines/removeMachine.ts';
import { restartMachine, startMachine, stopMachine } from '../../../src/managers/dokploy/machines/startMachine.ts';
import type { MachineRef } from '../../../src/managers/dokploy/machines/types.ts';
import { verdictOf } from '../../../src/managers/dokploy/machines/verdict.ts';
import { type MachineWorld, openMachineWorld } from './machineWorld.ts';

const kinds = ['application', 'compose'] as const;
const statusOf = async ({ api }: MachineWorld, ref: MachineRef): Promise<string> =>
  verdictOf(await api.tasks(ref)).status;

describe.each(kinds)('a machine (%s)', (kind) => {
  it('stops and starts, each twice, and restarts, without being deployed', async () => {
    const world = await openMachineWorld();
    const machine = await ensureMachine(world.plan('one', { kind }), world.context());
    for (let round = 0; round < 2; round += 1) {
      await stopMachine(world.context(), machine);
      await stopMachine(world.context(), machine);
      expect(await statusOf(world, machine)).toBe('stopped');
      expect(await startMachine(world.context(), machine)).toStrictEqual(machine);
      expect(await startMachine(world.context(), machine)).toStrictEqual(machine);
      expect(await statusOf(world, machine)).toBe('running');
    }
    const before = await world.api.tasks(machine);
    expect(await restartMachine(world.context(), machine)).toStrictEqual(machine);
    const after = await world.api.tasks(machine);
    if (kind === 'application') expect(after[0]?.containerId).not.toBe(before[0]?.containerId);
    expect(await statusOf(world, machine)).toBe('running');
    expect((await world.api.service(machine)).deployments).toHaveLength(1);
  });

  it('that was never deployed, or whose container somebody took away, is deployed by a start', async () => {
    const world = await openMachineWorld();
    const { api } = world;
    const { environmentId } = await api.createProject({ name: 'p', description: '' });
    const input = { name: 'bare', appName: 'bare', description: '', environmentId, serverId: null };
    const composeFile = `services: {a: {image: "${world.double.image}", ports: ["42311:22"]}}`;
    const made = await (kind === 'compose' ? api.createCompose(input) : api.createApplication(input));
    const ref = { kind, ...made, serverId: null };
    if (kind === 'compose') await api.updateCompose(made.id, { sourceType: 'raw', composeFile });
    else {
      const provider = { dockerImage: world.double.image, username: '', password: '', registryUrl: '' };
      await api.saveDockerProvider(made.id, provider);
      await api.createPort(made.id, { publishedPort: 42_311, targetPort: 22, protocol: 'tcp', publishMode: 'host' });
    }
    const machine = await startMachine(world.context(), ref);
    expect(machine.endpoint).toStrictEqual({ host: '127.0.0.1', port: 42_311 });
    expect((await api.service(ref)).deployments).toHaveLength(1);
  });

  it('is redeployed under a title of its own', async () => {
    const world = await openMachineWorld();
    const plan = world.plan('one', { kind });
    const machine = await ensureMachine(plan, world.context());
    await redeployMachine(world.context(), machine, { plan });
    const { deployments } = await world.api.service(machine);
    expect(new Set(deployments.map(({ title }) => title)).size).toBe(2);
    // It was made from the same plan, so a repeated creation has nothing to do.
    await ensureMachine(plan, world.context());
    expect((await world.api.service(machine)).deployments).toHaveLength(2);
  });

  it('is removed while it is deployed and leaves nothing, and removed twice', async () => {
    const world = await openMachineWorld();
    const { double, api } = world;
    const plan = world.plan('one', { kind });
    const machine = await ensureMachine(plan, world.context());
    double.deployTakes(1500);
    await api.deploy(machine, 'under way');
    await api.deploy(machine, 'queued');
    await removeMachine(world.context(), machine, { volumes: true });
    expect(double.orphans()).toStrictEqual([]);
    expect(double.services()).toStrictEqual([]);
    expect(await api.queue()).toStrictEqual([]);
    await expect(api.service(machine)).rejects.toMatchObject({ code: 'not-found' });
    await removeMachine(world.context(), machine, { volumes: true });
  });

  it('stopped while it is deployed stays stopped', async () => {
    const world = await openMachineWorld();
    const { double, api } = world;
    const machine = await ensureMachine(world.plan('one', { kind }), world.context());
    double.deployTakes(1500);
    await api.deploy(machine, 'under way');
    await api.deploy(machine, 'queued');
    await stopMachine(world.context(), machine);
    expect(await statusOf(world, machine)).toBe('stopped');
    expect((await api.deployments(machine)).map(({ title }) => title)).not.toContain('queued');
  });

  it('that crashes again and again is told as such, by a creation and by a start', async () => {
    const world = await openMachineWorld({ pace: 0.2 });
    const { double, api } = world;
    double.failTasks(double.image, 3);
    const failure = await ensureMachine(world.plan('one', { kind }), world.context()).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'start-failed',
      message: expect.stringMatching(/again and again/) as string,
    });
    // Containers that are only pretended are restarted whatever they are told.
    if (kind === 'compose') return;
    const [project] = await api.projects();
    const [service] = project?.environments[0]?.services ?? [];
    if (service === undefined) throw new Error('it is not listed');
    const { appName, serverId, id } = await api.service(service);
    const ref = { kind, id, appName, serverId };
    await stopMachine(world.context(), ref);
    await expect(startMachine(world.context(), ref)).rejects.toMatchObject({ code: 'start-failed' });
  });

  it('with a bad image after a good one fails with the words of the log, and the good one runs on', async () => {
    const world = await openMachineWorld();
    const plan = world.plan('one', { kind });
    const machine = await ensureMachine(plan, world.context());
    world.double.failPull('bad:image');
    const failure = await ensureMachine({ ...plan, image: 'bad:image' }, world.context()).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'start-failed', message: expect.stringMatching(/bad:image/) as string });
    expect(await statusOf(world, machine)).toBe('running');
    await ensureMachine(plan, world.context());
    expect(await statusOf(world, machine)).toBe('running');
  });
});

describe('a machine that runs for a while each time before it crashes', () => {
  it('is told as such, though it runs whenever somebody looks', async () => {
    const world = await openMachineWorld();
    const { double, api } = world;
    const neverIn = (_: unknown, signal: AbortSignal): Promise<never> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    const creation = ensureMachine(world.plan('one'), world.context({ login: neverIn })).catch(
      (error: unknown) => error,
    );
    const crash = async (): Promise<void> => {
      const [project] = await api.projects();
      const [listed] = project?.environments[0]?.services ?? [];
      if (listed === undefined) throw new Error('it is not listed');
      await double.killTask((await api.service(listed)).appName);
    };
    // Fails as long as nothing runs.
    for (let time = 0; time < 3; time += 1) await vi.waitFor(crash, { interval: 5, timeout: 20_000 });
    expect(await creation).toMatchObject({
      code: 'start-failed',
      message: expect.stringMatching(/again and again/) as string,
    });
  });
});

describe('a machine that ended because nobody used it', () => {
  it('is stopped, is started by a start, and is not deployed for that', async () => {
    const world = await openMachineWorld();
    const { double, api } = world;
    const machine = await ensureMachine(world.plan('one', { idleStopMinutes: 5 }), world.context());
    double.failTasks(double.image, 0);
    await restartMachine(world.context(), machine).catch(() => undefined);
    await expect.poll(() => statusOf(world, machine)).toBe('stopped');
    expect((await api.tasks(machine))[0]?.statusText).toMatch(/^Complete/);
    double.failTasks(double.image, null);
    expect(await startMachine(world.context(), machine)).toStrictEqual(machine);
    expect(await statusOf(world, machine)).toBe('running');
    expect((await api.service(machine)).deployments).toHaveLength(1);
  });
});

describe('the volumes of an application that is removed', () => {
  it('are emptied while it runs, and it goes whatever becomes of that', async () => {
    const world = await openMachineWorld();
    const seen: string[] = [];
    const made = async (name: string): Promise<MachineRef> => ensureMachine(world.plan(name), world.context());
    const one = await made('one');
    const wipe = async (): Promise<void> => void seen.push(await statusOf(world, one));
    expect(await removeMachine(world.context(), one, { volumes: true, wipe })).toBe('emptied');
    expect(seen).toStrictEqual(['running']);

    const two = await made('two');
    const fails = (): Promise<void> => Promise.reject(new Error('the disk is read-only'));
    expect(await removeMachine(world.context(), two, { volumes: true, wipe: fails })).toBe('kept');
    expect(world.log.join('\n')).toContain('the disk is read-only');

    const three = await made('three');
    await stopMachine(world.context(), three);
    expect(await removeMachine(world.context(), three, { volumes: true, wipe: fails })).toBe('kept');
    expect(world.double.services()).toStrictEqual([]);
  });
});

describe('a machine whose Dokploy dies while it deploys', () => {
  it('is not taken for one that is done, and can be begun again', async () => {
    const world = await openMachineWorld();
    const plan = world.plan('one');
    world.double.deployTakes(60_000);
    const creation = ensureMachine(plan, world.context());
    const outcome = creation.catch((error: unknown) => error);
    while ((await world.api.queue())?.length === 0) await new Promise((resolve) => setImmediate(resolve));
    while ((await world.api.queue())?.[0]?.state !== 'active') await new Promise((resolve) => setImmediate(resolve));
    world.double.crash();
    expect(await outcome).toMatchObject({
      code: 'start-failed',
      message: expect.stringMatching(/cancelled/) as string,
    });
    world.double.deployTakes(undefined);
    await ensureMachine(plan, world.context());
    expect(world.double.services()).toHaveLength(1);
  });
});
