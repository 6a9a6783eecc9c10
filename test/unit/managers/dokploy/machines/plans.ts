import type { MachinePlan } from '../../../../../src/managers/dokploy/machines/types.ts';

export function planWith(changes: Partial<MachinePlan> = {}): MachinePlan {
  return {
    kind: 'application',
    marker: 'test:1',
    name: 'one',
    project: { name: 'project' },
    environment: null,
    serverId: null,
    image: 'debian:12',
    registry: null,
    env: {},
    cpus: null,
    memoryMb: null,
    volumes: [],
    ports: [],
    sshPortRange: { from: 2222, to: 2250 },
    user: 'dev',
    publicKey: 'ssh-ed25519 AAAA test',
    sshd: 'install',
    idleStopMinutes: null,
    ...changes,
  };
}
