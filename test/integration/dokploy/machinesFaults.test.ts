import { describe, expect, it } from 'vitest';
import { testServer } from '../../../src/managers/dokploy/api/testServer.ts';
import { ensureMachine } from '../../../src/managers/dokploy/machines/ensureMachine.ts';
import { removeMachine } from '../../../src/managers/dokploy/machines/removeMachine.ts';
import { startMachine, stopMachine } from '../../../src/managers/dokploy/machines/startMachine.ts';
import { DevyardError } from '../../../src/managers/shared/errors.ts';
import type { Fault } from '../../support/dokploy/faults.ts';
import { openMachineWorld } from './machineWorld.ts';

const faults: readonly Fault[] = ['torn-before', 'torn-after', 'half-body', { status: 500, body: '{"message":"no"}' }];
const changes = {
  application: [
    'project.create',
    'application.create',
    'port.create',
    'mounts.create',
    'application.saveDockerProvider',
    'application.saveEnvironment',
    'application.update',
    'application.deploy',
  ],
  compose: ['compose.create', 'compose.update', 'compose.deploy'],
} as const;

describe.each(['application', 'compose'] as const)('a creation (%s)', (kind) => {
  it.each(changes[kind])('goes on when the answer of %s does not come, and makes nothing twice', async (procedure) => {
    const world = await openMachineWorld();
    for (const [index, fault] of faults.entries()) {
      const name = `m${String(index)}`;
      const injected = world.double.inject({ procedure, fault });
      const plan = world.plan(name, {
        kind,
        project: { name },
        ports: [{ published: 42_390 - index, target: 80, protocol: 'tcp' }],
      });
      const machine = await ensureMachine(plan, world.context());
      const projects = (await world.api.projects()).filter((project) => project.name === name);
      const services = projects.flatMap(({ environments }) => environments.flatMap((one) => one.services));
      const { ports, mounts } = await world.api.service(machine);
      // The name tells which fault it was.
      const found = { name, left: injected.left(), port: machine.endpoint.port, projects: projects.length };
      expect({ ...found, services: services.length, ports: ports.length, mounts: mounts.length }).toStrictEqual({
        name,
        left: 0,
        port: 42_300 + index,
        projects: 1,
        services: 1,
        ports: kind === 'compose' ? 0 : 2,
        mounts: kind === 'compose' ? 0 : 1,
      });
    }
    expect(world.double.orphans()).toStrictEqual([]);
    expect(world.double.services()).toHaveLength(faults.length);
  });

  it('says what Dokploy does not allow, at once', async () => {
    const world = await openMachineWorld();
    world.double.inject({
      procedure: /\.create$/,
      fault: { status: 403, body: '{"message":"no","code":"FORBIDDEN"}' },
    });
    await expect(ensureMachine(world.plan('one', { kind }), world.context())).rejects.toMatchObject({
      kind: 'forbidden',
    });
    expect(await world.api.projects()).toStrictEqual([]);
  });
});

describe('a creation', () => {
  it.each(['looking for it on the server', 'claiming a port for SSH', 'deploying', 'starting the container'])(
    'ends at once when it is aborted at “%s”, and goes on when it is begun again',
    async (moment) => {
      const world = await openMachineWorld();
      const abort = new AbortController();
      const plan = world.plan('one');
      const context = world.context({
        signal: abort.signal,
        step: (text) => {
          if (text === moment) abort.abort(new DevyardError('cancelled', 'It was cancelled.'));
        },
      });
      world.double.deployTakes(moment === 'deploying' ? 60_000 : undefined);
      await expect(ensureMachine(plan, context)).rejects.toMatchObject({ code: 'cancelled' });
      world.double.crash();
      world.double.deployTakes(undefined);
      await ensureMachine(plan, world.context());
      expect(world.double.services()).toHaveLength(1);
    },
  );

  it('goes on after Dokploy itself was away for a moment', async () => {
    const world = await openMachineWorld();
    const gate = world.double.hold('deployment.all');
    const creation = ensureMachine(world.plan('one'), world.context());
    await gate.reached;
    await world.double.goDown();
    gate.release();
    await world.double.comeUp();
    await expect(creation).resolves.toMatchObject({ kind: 'application' });
  });
});

describe.each([
  ['that this version does not know', { status: 404, body: '{"message":"Not found","code":"NOT_FOUND"}' }],
  ['that the key may not make', { status: 401, body: '{"message":"UNAUTHORIZED","code":"UNAUTHORIZED"}' }],
])('calls %s', (_what, answer) => {
  it('are done without where they are not needed', async () => {
    const world = await openMachineWorld();
    const fault = { ...answer, contentType: 'application/json' };
    const injected = world.double.inject({
      procedure: /queueList$|cleanQueues$|killBuild$|^user\.get$/,
      fault,
      times: 1000,
    });
    const context = world.context();
    const machine = await ensureMachine(world.plan('one'), context);
    await stopMachine(context, machine);
    await startMachine(context, machine, { plan: world.plan('one'), target: 22 });
    expect(await removeMachine(context, machine, { volumes: false })).toBe('kept');
    expect(injected.left()).toBeLessThan(1000);
    const history = { unlimited: false, lastWorkedAt: null };
    const tested = await testServer(world.api, { history, now: Date.now() });
    expect(tested).toMatchObject({ problem: undefined, notes: [expect.any(String), expect.stringContaining('queue')] });
    expect([world.double.services(), world.double.orphans()]).toStrictEqual([[], []]);
  });
});
