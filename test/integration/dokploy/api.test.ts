import { describe, expect, it, vi } from 'vitest';
import type { DokployApi, ServiceRef } from '../../../src/managers/dokploy/api/types.ts';
import { failureOf, makeApplication, openClient, openDouble } from './apiWorld.ts';

async function deployed(api: DokployApi, service: ServiceRef, title: string): Promise<void> {
  await api.deploy(service, title);
  await vi.waitUntil(
    async () => (await api.deployments(service)).find((one) => one.title === title)?.status === 'done',
    {
      timeout: 20_000,
    },
  );
}

describe('an application', () => {
  it('is made, read as it was made, deployed, stopped, started and removed', async () => {
    const double = await openDouble();
    const api = openClient(double);
    const target = double.addServer({ name: 'edge', ipAddress: '127.0.0.7' });
    const { projectId, environmentId } = await api.createProject({ name: 'team', description: 'by a test' });
    const staging = await api.createEnvironment({ projectId, name: 'staging' });
    const made = await api.createApplication({
      name: 'work',
      appName: 'work',
      description: 'marker-1',
      environmentId: staging.environmentId,
      serverId: target,
    });
    expect(made.appName).toMatch(/^work-[a-z0-9]{6}$/);
    const service = { kind: 'application', id: made.id } as const;
    await api.saveDockerProvider(made.id, {
      dockerImage: double.image,
      username: 'me',
      password: 'pw',
      registryUrl: 'registry.example',
    });
    await api.saveEnvironment(service, 'A=1\nB="two words"');
    await api.updateApplication(made.id, {
      command: '/bin/sh',
      args: ['-c', 'sleep 1'],
      memoryLimit: '268435456',
      updateConfigSwarm: { Parallelism: 1, Order: 'stop-first' },
    });
    const port = { publishedPort: 32_301, targetPort: 22, protocol: 'tcp', publishMode: 'host' } as const;
    const { portId } = await api.createPort(made.id, port);
    await api.createVolume(made.id, { volumeName: 'work-home', mountPath: '/home/me' });

    const read = await api.service(service);
    expect(read).toMatchObject({
      kind: 'application',
      id: made.id,
      name: 'work',
      appName: made.appName,
      description: 'marker-1',
      status: 'idle',
      projectId,
      serverId: target,
      serverAddress: '127.0.0.7',
      env: 'A=1\nB="two words"',
      dockerImage: double.image,
      command: '/bin/sh',
      args: ['-c', 'sleep 1'],
      memoryLimit: '268435456',
      cpuLimit: null,
      ports: [{ ...port, portId }],
      mounts: [{ type: 'volume', volumeName: 'work-home', mountPath: '/home/me' }],
      deployments: [],
    });
    expect(await api.targetServers()).toEqual([{ serverId: target, name: 'edge', ipAddress: '127.0.0.7' }]);
    const [project] = await api.projects();
    expect(project?.environments.map(({ name, isDefault, services }) => [name, isDefault, services])).toEqual([
      ['production', true, []],
      ['staging', false, [{ kind: 'application', id: made.id, name: 'work', status: 'idle' }]],
    ]);
    expect(environmentId).toBe(project?.environments[0]?.environmentId);

    await deployed(api, service, 'title-1');
    const where = { ...service, appName: made.appName, serverId: target };
    await vi.waitUntil(async () => (await api.tasks(where))[0]?.state === 'running', { timeout: 20_000 });
    expect((await api.tasks(where))[0]).toMatchObject({ name: `${made.appName}.1`, error: '' });
    const [deployment] = await api.deployments(service);
    expect(deployment).toMatchObject({ title: 'title-1', errorMessage: null });
    expect(await api.deploymentLog(deployment?.deploymentId ?? '', 100)).toContain(double.image);
    expect(typeof (await api.containerLog(where, 10))).toBe('string');

    await api.stop(service);
    await vi.waitUntil(async () => !(await api.tasks(where)).some(({ state }) => state === 'running'), {
      timeout: 20_000,
    });
    await api.start(service);
    await api.reload(made.id, made.appName);
    await vi.waitUntil(async () => (await api.tasks(where))[0]?.state === 'running', { timeout: 20_000 });

    await api.deletePort(portId ?? '');
    await api.deletePort(portId ?? '');
    const mountId = read.mounts[0]?.mountId ?? '';
    await api.deleteMount(mountId);
    await api.deleteMount(mountId);
    expect(await api.service(service)).toMatchObject({ ports: [], mounts: [] });
    await api.remove(service, { deleteVolumes: false });
    await api.remove(service, { deleteVolumes: false });
    expect((await failureOf(api.service(service))).kind).toBe('not-found');
    expect(await api.tasks(where)).toEqual([]);
    await api.removeProject(projectId);
    expect(await api.projects()).toEqual([]);
  });

  it('keeps what else was saved with its environment', async () => {
    const double = await openDouble();
    const api = openClient(double);
    const service = await makeApplication(api, double.image);
    // Dokploy's own page can set these.
    const url = `${double.url}/api/application.saveEnvironment`;
    const settings = { env: 'A=1', buildArgs: 'WHO=me', buildSecrets: 'TOKEN=x', createEnvFile: true };
    await fetch(url, {
      method: 'POST',
      headers: { 'x-api-key': double.key, 'content-type': 'application/json' },
      body: JSON.stringify({ applicationId: service.id, ...settings }),
    });
    await api.saveEnvironment(service, 'A=2');
    const last = double.requests.findLast(({ procedure }) => procedure === 'application.saveEnvironment');
    expect(last?.input).toEqual({ applicationId: service.id, ...settings, env: 'A=2' });
  });

  it('waits in the queue without a deployment of its own, and can be taken out', async () => {
    const double = await openDouble();
    const api = openClient(double);
    const service = await makeApplication(api, double.image);
    double.deployTakes(60_000);
    await api.deploy(service, 'first');
    await api.deploy(service, 'second');
    await vi.waitUntil(async () => (await api.deployments(service)).length === 1);
    expect((await api.queue())?.map(({ serviceId, title, state }) => [serviceId, title, state])).toEqual([
      [service.id, 'second', 'waiting'],
      [service.id, 'first', 'active'],
    ]);
    await api.cleanQueue(service);
    expect((await api.queue())?.map(({ title }) => title)).toEqual(['first']);
    await api.killBuild(service);
  });

  it('that has nothing yet has no log and no tasks', async () => {
    const double = await openDouble();
    const api = openClient(double);
    const service = await makeApplication(api, double.image);
    expect(await api.tasks(service)).toEqual([]);
    expect(await api.containerLog(service, 10)).toBe('');
    await api.stop(service);
    expect((await failureOf(api.start(service))).message).toMatch(/docker service scale .* not found/);
  });
});

describe('a compose service', () => {
  it('is made, deployed and removed with its volumes', async () => {
    const double = await openDouble();
    const api = openClient(double);
    const { environmentId } = await api.createProject({ name: 'team', description: '' });
    const made = await api.createCompose({
      name: 'machine',
      appName: 'machine',
      description: 'marker-2',
      environmentId,
      serverId: null,
    });
    const service = { kind: 'compose', id: made.id } as const;
    const where = { ...service, appName: made.appName, serverId: null };
    const composeFile = `services:\n  devyard:\n    image: ${double.image}\n    privileged: true\n`;
    await api.updateCompose(made.id, { sourceType: 'raw', composeFile });
    await api.saveEnvironment(service, 'A=1');
    expect(await api.service(service)).toMatchObject({
      kind: 'compose',
      id: made.id,
      appName: made.appName,
      description: 'marker-2',
      composeFile,
      env: 'A=1',
      status: 'idle',
      serverId: null,
      serverAddress: null,
      dockerImage: null,
    });
    expect(await api.containerLog(where, 10)).toBe('');
    await deployed(api, service, 'title-2');
    await vi.waitUntil(async () => (await api.tasks(where))[0]?.state === 'running', { timeout: 20_000 });
    expect((await api.tasks(where))[0]?.statusText).toMatch(/^Up /);
    expect(typeof (await api.containerLog(where, 10))).toBe('string');
    await api.stop(service);
    await api.start(service);
    await api.cleanQueue(service);
    await api.killBuild(service);
    await api.remove(service, { deleteVolumes: true });
    await api.remove(service, { deleteVolumes: true });
    const removals = double.requests.filter(({ procedure }) => procedure === 'compose.delete');
    expect(removals.map(({ input, status }) => [input, status])).toEqual([
      [{ composeId: made.id, deleteVolumes: true }, 200],
      [{ composeId: made.id, deleteVolumes: true }, 404],
    ]);
    expect(await api.tasks(where)).toEqual([]);
  });
});

it('asks only what Dokploy knows: no call is unknown, none has an input that is refused', async () => {
  const double = await openDouble();
  const api = openClient(double);
  await api.health();
  expect(await api.version()).toBe('v0.30.2');
  expect(await api.keyOwner()).toMatchObject({ role: 'owner', maySeeContainers: true });
  await makeApplication(api, double.image);
  expect(
    double.requests.map(({ procedure, status }) => [procedure, status]).filter(([, status]) => status !== 200),
  ).toEqual([]);
});

it('reads many services with one request', async () => {
  const double = await openDouble();
  const api = openClient(double);
  double.bulk({ projects: 4, applications: 50 });
  double.resetCounts();
  const projects = await api.projects();
  const services = projects.flatMap(({ environments }) => environments.flatMap(({ services }) => services));
  expect(services).toHaveLength(200);
  expect(double.requests).toHaveLength(1);
});
