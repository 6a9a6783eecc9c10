import { describe, expect, it } from 'vitest';
import { applyPlan, ensureMachine } from '../../../src/managers/dokploy/machines/ensureMachine.ts';
import { findMachine } from '../../../src/managers/dokploy/machines/findMachine.ts';
import type { MachinePlan } from '../../../src/managers/dokploy/machines/types.ts';
import { Killed, killedAt, type MachineWorld, openMachineWorld } from './machineWorld.ts';

const rich = {
  env: { GREETING: 'hi "there"\nand $there', EMPTY: '' },
  cpus: 1.5,
  memoryMb: 512,
  volumes: [
    { name: 'resume-home', mountPath: '/home/dev' },
    { name: 'resume-ssh', mountPath: '/var/lib/devyard/ssh' },
  ],
  ports: [{ published: 42_399, target: 8080, protocol: 'tcp' as const }],
  idleStopMinutes: 30,
};

/** Everything there is of machines on the server, without what differs from one to the next. */
async function everything({ api, double }: MachineWorld) {
  const projects = await api.projects();
  const listed = projects.flatMap(({ environments }) => environments.flatMap(({ services }) => services));
  const services = await Promise.all(listed.map((service) => api.service(service)));
  return {
    projects: projects.map(({ name }) => name),
    running: double.services().length,
    services: services.map(
      ({ kind, name, env, dockerImage, memoryLimit, cpuLimit, args, command, ports, mounts, composeFile }) => ({
        kind,
        name,
        env,
        dockerImage,
        memoryLimit,
        cpuLimit,
        command,
        args,
        composeFile,
        ports: ports
          .map(({ publishedPort, targetPort, protocol, publishMode }) => ({
            publishedPort,
            targetPort,
            protocol,
            publishMode,
          }))
          .toSorted((a, b) => a.targetPort - b.targetPort),
        mounts: mounts
          .map(({ type, volumeName, mountPath }) => ({ type, volumeName, mountPath }))
          .toSorted((a, b) => a.mountPath.localeCompare(b.mountPath)),
      }),
    ),
  };
}

describe.each(['application', 'compose'] as const)('a creation of a machine (%s) that is killed', (kind) => {
  it('at any change, before it or after it, and is begun again makes exactly one machine', async () => {
    const reference = await openMachineWorld();
    const counted = killedAt(reference.api, Infinity, 'before');
    const planIn = (world: MachineWorld): MachinePlan => world.plan('one', { ...rich, kind });
    await ensureMachine(planIn(reference), reference.context({ api: counted.api }));
    const right = await everything(reference);
    expect(right.services).toHaveLength(1);
    expect(right.running).toBe(1);
    expect(counted.changes()).toBeGreaterThan(kind === 'compose' ? 3 : 7);

    const world = await openMachineWorld();
    for (let n = 1; n <= counted.changes(); n += 1) {
      for (const when of ['before', 'after'] as const) {
        const name = `${String(n)} ${when}`;
        const plan = { ...planIn(world), marker: name, project: { name } };
        const { api } = killedAt(world.api, n, when);
        await expect(ensureMachine(plan, world.context({ api }))).rejects.toThrow(Killed);
        const machine = await ensureMachine(plan, world.context());
        const found = await everything(world);
        // The name tells which change it was.
        const { port } = machine.endpoint;
        expect({ ...found, port }).toStrictEqual({ ...right, projects: [name], port: 42_300 });
        await world.api.remove(machine, { deleteVolumes: true });
        await world.api.removeProject(machine.projectId ?? '');
      }
    }
  });

  it('leaves no second one when a call of the killed run is carried out late', async () => {
    const world = await openMachineWorld();
    const { api, double } = world;
    const plan = world.plan('one', { kind });
    const pulling = double.hold('worker.pull');
    const machine = ensureMachine(plan, world.context());
    await pulling.reached;
    const found = await findMachine(api, plan);
    const { name, description } = found ?? { name: '', description: '' };
    const late = { name, description, appName: 'late', environmentId: found?.environmentId ?? '', serverId: null };
    await (kind === 'compose' ? api.createCompose(late) : api.createApplication(late));
    pulling.release();
    const { id } = await machine;
    expect((await everything(world)).services).toHaveLength(1);
    expect((await findMachine(api, plan))?.id).toBe(id);
  });

  it('is not done again when it was done, and finds what somebody changed', async () => {
    const world = await openMachineWorld();
    const plan = world.plan('one', { ...rich, kind });
    const first = await ensureMachine(plan, world.context());
    const again = killedAt(world.api, Infinity, 'before');
    expect(await ensureMachine(plan, world.context({ api: again.api }))).toStrictEqual(first);
    expect(again.changes()).toBe(0);
    const { deployments } = await world.api.service(first);
    expect(deployments).toHaveLength(1);

    const right = await everything(world);
    if (kind === 'application') await world.api.updateApplication(first.id, { memoryLimit: '1' });
    else await world.api.updateCompose(first.id, { composeFile: 'services: {}' });
    const mended = await ensureMachine(plan, world.context());
    expect(mended.id).toBe(first.id);
    expect(await everything(world)).toStrictEqual(right);
    expect((await world.api.service(first)).deployments).toHaveLength(2);
  });

  it('and changed by another plan keeps its port and its volumes that are wanted', async () => {
    const world = await openMachineWorld();
    const plan = world.plan('one', { ...rich, kind });
    const first = await ensureMachine(plan, world.context());
    const changed: MachinePlan = {
      ...plan,
      env: { GREETING: 'hello' },
      memoryMb: null,
      volumes: [...plan.volumes, { name: 'resume-data', mountPath: '/data' }],
      ports: [{ published: 42_398, target: 9090, protocol: 'udp' }],
    };
    const machine = await applyPlan(changed, first, world.context());
    expect(machine.endpoint).toStrictEqual(first.endpoint);
    const fresh = await openMachineWorld();
    await ensureMachine({ ...changed, image: fresh.double.image }, fresh.context());
    expect(await everything(world)).toStrictEqual(await everything(fresh));
    expect((await world.api.service(first)).deployments).toHaveLength(2);
  });
});

describe('a machine', () => {
  it('is found by its marker under another name, and is missing only after everything was read', async () => {
    const world = await openMachineWorld();
    const plan = world.plan('one');
    expect(await findMachine(world.api, plan)).toBeUndefined();
    const { id } = await ensureMachine(plan, world.context());
    await ensureMachine(world.plan('one', { marker: 'test:one-more' }), world.context());
    await world.api.updateApplication(id, { name: 'renamed' });
    expect((await findMachine(world.api, plan))?.id).toBe(id);
    const broken = { ...world.api, service: () => Promise.reject(new Error('not now')) };
    await expect(findMachine(broken, plan)).rejects.toThrow('not now');
  });
});
