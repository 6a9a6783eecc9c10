import { describe, expect, it } from 'vitest';
import { ensureMachine } from '../../../src/managers/dokploy/machines/ensureMachine.ts';
import { openMachineWorld } from './machineWorld.ts';

describe('several machines at once', () => {
  it('get a port each, on two servers the same ones, applications and compose services alike', async () => {
    const world = await openMachineWorld();
    const { double } = world;
    const other = double.addServer({ name: 'other', ipAddress: '127.0.0.2' });
    const range = { from: 42_300, to: 42_304 };
    const plans = [null, other].flatMap((serverId) =>
      Array.from({ length: 5 }, (_, index) =>
        world.plan(`m${String(index)} on ${String(serverId)}`, {
          serverId,
          sshPortRange: range,
          kind: index % 2 === 0 ? 'application' : 'compose',
        }),
      ),
    );
    const machines = await Promise.all(plans.map((plan) => ensureMachine(plan, world.context())));
    for (const [serverId, host] of [
      [null, '127.0.0.1'],
      [other, '127.0.0.2'],
    ] as const) {
      const endpoints = machines.filter((machine) => machine.serverId === serverId).map(({ endpoint }) => endpoint);
      expect(endpoints.map((endpoint) => endpoint.port).toSorted((a, b) => a - b)).toStrictEqual([
        42_300, 42_301, 42_302, 42_303, 42_304,
      ]);
      expect(new Set(endpoints.map((endpoint) => endpoint.host))).toStrictEqual(new Set([host]));
    }
    const projects = await world.api.projects();
    expect(projects.filter(({ name }) => name === 'machines')).toHaveLength(1);
    const one = world.plan('one too many', { sshPortRange: range });
    await expect(ensureMachine(one, world.context())).rejects.toMatchObject({
      code: 'ports-exhausted',
      field: 'sshPortRange',
    });
  });

  it('of one mark become one', async () => {
    const world = await openMachineWorld();
    const plan = world.plan('one');
    const machines = await Promise.all(Array.from({ length: 3 }, () => ensureMachine(plan, world.context())));
    expect(new Set(machines.map(({ id }) => id)).size).toBe(1);
    const projects = await world.api.projects();
    expect(projects.flatMap(({ environments }) => environments.flatMap(({ services }) => services))).toHaveLength(1);
    expect(world.double.orphans()).toStrictEqual([]);
  });
});
