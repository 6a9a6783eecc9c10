import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { applyPlan, ensureMachine } from '../../../src/managers/dokploy/machines/ensureMachine.ts';
import { removeMachine } from '../../../src/managers/dokploy/machines/removeMachine.ts';
import { restartMachine, startMachine, stopMachine } from '../../../src/managers/dokploy/machines/startMachine.ts';
import type { Machine, MachineContext, MachinePlan } from '../../../src/managers/dokploy/machines/types.ts';
import { connect } from '../../../src/managers/dokploy/ssh/connect.ts';
import { type KeyPair, makeEd25519Key } from '../../../src/managers/dokploy/ssh/keys.ts';
import { KnownHosts } from '../../../src/managers/dokploy/ssh/knownHosts.ts';
import type { SshEndpoint, SshTarget } from '../../../src/managers/dokploy/ssh/types.ts';
import { waitForLogin } from '../../../src/managers/dokploy/ssh/waitForLogin.ts';
import { sharedDocker } from '../../support/dokploy/sharedDocker.ts';
import { type MachineWorld, openMachineWorld } from './machineWorld.ts';

// Containers are made and ended again and again.
vi.setConfig({ testTimeout: 180_000 });

let docker: AsyncDisposable;
let folder: string;
let key: KeyPair;
beforeAll(async () => {
  docker = await sharedDocker();
  folder = await mkdtemp(join(tmpdir(), 'devyard-machines-'));
  key = await makeEd25519Key();
});
afterAll(async () => {
  await docker[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

let opened: MachineWorld | undefined;
let ports: number;
/** Of one test: a machine that has another key later is refused. */
let hostKeys: KnownHosts;
beforeEach(async ({ skip }) => {
  opened = await openMachineWorld({ machines: 'docker' }).catch((error: unknown) => skip((error as Error).message));
  ports = await freeRange();
  hostKeys = new KnownHosts(join(await mkdtemp(join(folder, 'test-')), 'known_hosts'));
});
afterEach(() => {
  opened = undefined;
});

/** The first of ten ports in a row that nobody has now. */
async function freeRange(): Promise<number> {
  for (let first = 43_000; ; first += 10) {
    const servers = Array.from({ length: 10 }, (_, index) => createServer().listen(first + index, '127.0.0.1'));
    const results = await Promise.allSettled(servers.map((server) => once(server, 'listening')));
    for (const server of servers) server.close();
    if (results.every(({ status }) => status === 'fulfilled')) return first;
  }
}

function world(): MachineWorld {
  if (opened === undefined) throw new Error('there is no double');
  return opened;
}

const planOf = (name: string, changes: Partial<MachinePlan> = {}): MachinePlan =>
  world().plan(name, { publicKey: key.publicKey, sshPortRange: { from: ports, to: ports + 9 }, ...changes });

function targetOf(endpoint: SshEndpoint, name: string, user = 'dev'): SshTarget {
  return { ...endpoint, user, alias: name, privateKey: key.privateKey, hostKeys };
}

const contextFor = (name: string, user = 'dev'): MachineContext =>
  world().context({
    login: (endpoint, signal) => waitForLogin(targetOf(endpoint, name, user), { signal, timeoutMs: 30_000 }),
  });

async function over({ endpoint }: Machine, name: string, command: string, user = 'dev'): Promise<string> {
  const connection = await connect(targetOf(endpoint, name, user));
  try {
    const { stdout, exit } = await connection.exec(command);
    const chunks: Buffer[] = [];
    for await (const chunk of stdout) chunks.push(chunk as Buffer);
    await exit;
    return Buffer.concat(chunks).toString();
  } finally {
    connection.end();
  }
}

const env = { GREETING: `it's "$HOME" \`x\``, LINES: 'one\ntwo', PLAIN: 'a b' };

describe.each(['application', 'compose'] as const)('a machine in a container (%s)', (kind) => {
  it('lets its user in, with its environment, and keeps volumes and host key over stop, restart and another plan', async () => {
    const volumes = [
      { name: 'home', mountPath: '/home/dev' },
      { name: 'data', mountPath: '/data' },
    ];
    const plan = planOf('one', { kind, env, volumes, memoryMb: 256 });
    const context = contextFor('one');
    const machine = await ensureMachine(plan, context);
    expect(await over(machine, 'one', 'printf "%s|%s|%s" "$GREETING" "$PLAIN" "$(id -un)"')).toBe(
      `${env.GREETING}|${env.PLAIN}|dev`,
    );
    expect(await over(machine, 'one', `sh -lc 'printf "%s" "$LINES"'`)).toBe(env.LINES);
    expect(await over(machine, 'one', 'echo kept | tee file /data/file')).toBe('kept\n');

    await stopMachine(context, machine);
    await expect(connect(targetOf(machine.endpoint, 'one'))).rejects.toMatchObject({ code: 'unavailable' });
    expect(await startMachine(context, machine)).toStrictEqual(machine);
    expect(await over(machine, 'one', 'cat file')).toBe('kept\n');
    expect(await restartMachine(context, machine)).toStrictEqual(machine);

    const changed = await applyPlan({ ...plan, env: { ...env, PLAIN: 'other' }, memoryMb: 300 }, machine, context);
    expect(changed.endpoint).toStrictEqual(machine.endpoint);
    expect(await over(machine, 'one', 'cat file /data/file; echo "$PLAIN"')).toBe('kept\nkept\nother\n');
    expect(world().double.spec(machine.appName)).toMatchObject({ memoryBytes: 300 * 1024 * 1024 });

    await removeMachine(context, machine, { volumes: kind === 'compose' });
    expect(world().double.services()).toStrictEqual([]);
    expect((await world().double.volumes()).length).toBe(kind === 'compose' ? 0 : 3);
  });

  it('moves on when another program of its server has the port', async () => {
    await using taken = createServer().listen(ports, '127.0.0.1');
    await once(taken, 'listening');
    const machine = await ensureMachine(planOf('two', { kind }), contextFor('two'));
    expect(machine.endpoint.port).toBe(ports + 1);
    const { ports: rows } = await world().api.service(machine);
    expect(rows).toHaveLength(kind === 'compose' ? 0 : 1);
  });
});

describe('five machines that are made at once', () => {
  it('are reached at five ports', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const range = { from: ports, to: ports + 4 };
    const machines = await Promise.all(
      names.map((name) =>
        ensureMachine(
          planOf(name, { sshPortRange: range, user: 'root', env: { NAME: name } }),
          contextFor(name, 'root'),
        ),
      ),
    );
    expect(machines.map(({ endpoint }) => endpoint.port).toSorted((a, b) => a - b)).toStrictEqual(
      names.map((_, index) => ports + index),
    );
    const said = await Promise.all(
      machines.map((machine, index) => over(machine, names[index] ?? '', 'printf "$NAME"', 'root')),
    );
    expect(said).toStrictEqual(names);
  });
});
