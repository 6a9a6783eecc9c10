import { rowId } from '../identifiers.ts';
import { containerBody, containerMachine, execIn, type ListedContainer, removal } from './container.ts';
import { type Engine, EngineError, openEngine } from './engine.ts';
import { swapHostKeys } from './hostKeys.ts';
import { ownerLives, ownerTag } from './owner.ts';
import { testImage } from './testImage.ts';
import type { Machine, Machines, MachineSpec } from './types.ts';

/** On everything that a double makes: the process it belongs to, and itself. */
const ownerLabel = 'devyard.test.dokploy.owner';
const doubleLabel = 'devyard.test.dokploy.double';
type Labels = Readonly<Record<string, string>>;

/**
 * Real containers of the engine behind that socket. Where the kernel grants the engine no privileged containers, those that
 * ask for it run without. `end` is called at last.
 */
export async function dockerMachines(socket: string, end: () => Promise<void>): Promise<Machines> {
  const engine = openEngine(socket);
  const id = rowId()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/gu, '0');
  const labels = { [ownerLabel]: ownerTag(), [doubleLabel]: id };
  await sweep(engine, (own) => !ownerLives(own[ownerLabel] ?? ''));
  const image = await testImage(engine);
  // Volumes of two doubles may have one name.
  const prefix = `devyard-test-${id}-`;
  const making = new Set<Promise<Machine>>();
  let closed = false;
  let privileges: Promise<boolean> | undefined;

  async function createContainer(name: string, body: Record<string, unknown>): Promise<string> {
    const query = { name: `${prefix}${name}`.slice(0, 200) };
    const made = await engine.call({
      method: 'POST',
      path: '/containers/create',
      query,
      body: { ...body, Labels: labels },
    });
    return (made as { Id: string }).Id;
  }

  async function grantsPrivileges(): Promise<boolean> {
    const probe = { Image: image, Entrypoint: ['/bin/true'], HostConfig: { Privileged: true } };
    const containerId = await createContainer('probe', probe);
    const refusal = await engine
      .call({ method: 'POST', path: `/containers/${containerId}/start` })
      .catch((error: unknown) => error);
    await removal(engine.call({ method: 'DELETE', path: `/containers/${containerId}`, query: { force: '1' } }));
    return !(refusal instanceof EngineError);
  }

  async function make(spec: MachineSpec): Promise<Machine> {
    for (const { name } of spec.volumes)
      await engine.call({ method: 'POST', path: '/volumes/create', body: { Name: prefix + name, Labels: labels } });
    const privileged = spec.privileged && (await (privileges ??= grantsPrivileges()));
    const containerId = await createContainer(spec.name, containerBody({ ...spec, privileged }, prefix));
    return containerMachine(engine, containerId);
  }

  return {
    kind: 'docker',
    user: undefined,
    image,
    async pull(name) {
      const found = await engine
        .call({ method: 'GET', path: `/images/${encodeURIComponent(name)}/json` })
        .catch((error: unknown) => error);
      if (!(found instanceof Error)) return undefined;
      if (!(found instanceof EngineError) || found.status !== 404) throw found;
      return `Error response from daemon: manifest for ${name} not found: manifest unknown: manifest unknown`;
    },
    async create(spec) {
      if (closed) throw new Error('the double has ended');
      const machine = make(spec);
      making.add(machine);
      try {
        return await machine;
      } finally {
        making.delete(machine);
      }
    },
    async volumes() {
      const listed = await listVolumes(engine, `${doubleLabel}=${id}`);
      return listed.map(({ Name }) => Name.slice(prefix.length));
    },
    async removeVolume(name) {
      await removal(engine.call({ method: 'DELETE', path: `/volumes/${prefix}${name}`, query: { force: '1' } }));
    },
    async swapHostKey(machine) {
      const { exitCode, output } = await execIn(engine, machine.id, ['/bin/sh', '-c', swapHostKeys]);
      if (exitCode !== 0) throw new Error(`the host keys could not be made anew: ${output}`);
    },
    exec: (machine, command) => execIn(engine, machine.id, command),
    async close() {
      closed = true;
      await Promise.allSettled(making);
      await sweep(engine, (own) => own[doubleLabel] === id);
      await end();
    },
  };
}

/** Containers and volumes of doubles whose labels match, gone. */
async function sweep(engine: Engine, matches: (labels: Labels) => boolean): Promise<void> {
  const query = { all: '1', filters: JSON.stringify({ label: [doubleLabel] }) };
  const listed = await engine.call({ method: 'GET', path: '/containers/json', query });
  const containers = (listed as ListedContainer[]).filter(({ Labels }) => matches(Labels ?? {}));
  const gone = containers.map(({ Id }) =>
    removal(engine.call({ method: 'DELETE', path: `/containers/${Id}`, query: { force: '1', v: '1' } })),
  );
  await Promise.all(gone);
  const volumes = (await listVolumes(engine, doubleLabel)).filter(({ Labels }) => matches(Labels ?? {}));
  for (const { Name } of volumes)
    await removal(engine.call({ method: 'DELETE', path: `/volumes/${Name}`, query: { force: '1' } }));
}

async function listVolumes(
  engine: Engine,
  label: string,
): Promise<readonly { readonly Name: string; readonly Labels: Labels | null }[]> {
  const filters = JSON.stringify({ label: [label] });
  const answer = await engine.call({ method: 'GET', path: '/volumes', query: { filters } });
  return (answer as { Volumes: { Name: string; Labels: Labels | null }[] | null }).Volumes ?? [];
}
