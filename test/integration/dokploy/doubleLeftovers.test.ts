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

const queue = () => calls.query<unknown[]>('deployment.queueList');

describe('what is left over', () => {
  it('is a service whose application was deleted while it was deployed', async () => {
    const pull = double.hold('worker.pull');
    const app = await calls.application();
    await calls.deployApplication(app, 'slow');
    await calls.becomes(app, 'running');
    await calls.mutate('application.delete', { applicationId: app.applicationId });
    expect((await calls.get('application.one', { applicationId: app.applicationId })).status).toBe(404);
    expect(double.orphans()).toEqual([]);
    pull.release();
    await expect.poll(() => double.orphans(), quickly).toEqual([app.appName]);
  });

  it('is every service of a project that was removed', async () => {
    const app = await calls.deployed();
    const [project] = await calls.query<{ projectId: string }[]>('project.all');
    await calls.mutate('project.remove', { projectId: project?.projectId });
    expect(await calls.query('project.all')).toEqual([]);
    expect(double.orphans()).toEqual([app.appName]);
  });

  it('is a named volume', async () => {
    const app = await calls.application();
    const mount = { type: 'volume', volumeName: 'data', mountPath: '/data', serviceId: app.applicationId };
    await calls.mutate('mounts.create', mount);
    await calls.deployApplication(app, 'first');
    await calls.reaches(app, 'Running');
    await calls.mutate('application.delete', { applicationId: app.applicationId });
    expect([double.services(), await double.volumes()]).toEqual([[], ['data']]);
  });

  it('is what ran when the server died', async () => {
    const app = await calls.deployed();
    await calls.reaches(app, 'Running');
    const pull = double.hold('worker.pull');
    await calls.deployApplication(app, 'crashed');
    await calls.becomes(app, 'running');
    double.crash();
    expect(await calls.status(app)).toBe('idle');
    expect((await calls.deployments(app)).map(({ status }) => status)).toEqual(['cancelled', 'done']);
    expect(await queue()).toEqual([]);
    await calls.reaches(app, 'Running');
    // The worker died, too: what it pulled is deployed by nobody.
    pull.release();
    await calls.deployApplication(app, 'next');
    await calls.becomes(app, 'done');
    expect(await calls.tasks(app)).toHaveLength(2);
  });
});

describe('a target server', () => {
  it('must be named to see what runs there', async () => {
    const serverId = double.addServer({ name: 'edge', ipAddress: '127.0.0.2' });
    const environmentId = await calls.environment();
    const made = { name: 'far', appName: 'far', environmentId, serverId };
    const app = await calls.mutate<App>('application.create', made);
    const image = { dockerImage: double.image, username: null, password: null, registryUrl: null };
    await calls.mutate('application.saveDockerProvider', { applicationId: app.applicationId, ...image });
    const port = { publishedPort: 2222, targetPort: 22, publishMode: 'host' };
    await calls.mutate('port.create', { applicationId: app.applicationId, ...port });
    await calls.deployApplication(app, 'first');
    await calls.becomes(app, 'done');
    expect(await calls.tasks(app)).toEqual([]);
    const tasks = { appName: app.appName, serverId };
    expect(await calls.query('docker.getServiceContainersByAppName', tasks)).toHaveLength(1);
    expect(double.spec(app.appName)?.ports).toMatchObject([{ host: '127.0.0.2', published: 2222 }]);
  });
});

describe('a private registry', () => {
  it('wants the account that the application has', async () => {
    const login = { username: 'robot', password: 'secret' };
    const image = 'registry.example/team/app:1';
    double.requireLogin(image, login);
    const app = await calls.application({ image });
    await calls.deployApplication(app, 'without');
    await calls.becomes(app, 'error');
    const provider = {
      applicationId: app.applicationId,
      dockerImage: image,
      registryUrl: 'registry.example',
      ...login,
    };
    await calls.mutate('application.saveDockerProvider', provider);
    await calls.deployApplication(app, 'with');
    await calls.becomes(app, 'done');
    expect((await calls.deployments(app)).map(({ status }) => status)).toEqual(['done', 'error']);
  });
});

describe('an environment', () => {
  it('is expanded by the swarm once more', async () => {
    const app = await calls.application();
    const env = 'A={{.Service.Name}}\nB={{"{{"}}x}}';
    const rest = { buildArgs: null, buildSecrets: null, createEnvFile: false };
    await calls.mutate('application.saveEnvironment', { applicationId: app.applicationId, env, ...rest });
    await calls.deployApplication(app, 'first');
    await calls.becomes(app, 'done');
    expect(double.spec(app.appName)?.env).toEqual([`A=${app.appName}`, 'B={{x}}']);
  });
});

describe('clocks', () => {
  it('may be hours apart', async () => {
    await using skewed = await startDokploy({ machines: 'none', clockSkewMs: 7 * 3_600_000 });
    const { project } = await new Calls(skewed).mutate<{ project: { createdAt: string } }>('project.create', {
      name: 'x',
    });
    expect(Date.parse(project.createdAt)).toBeGreaterThan(Date.now() + 6 * 3_600_000);
  });
});

describe('many', () => {
  it('are listed at once', async () => {
    const ids = double.bulk({ projects: 20, environments: 2, applications: 4, composes: 1 });
    const listed =
      await calls.query<{ environments: { applications: object[]; compose: object[] }[] }[]>('project.all');
    const environments = listed.flatMap((project) => project.environments);
    expect(environments).toHaveLength(40);
    expect(environments.flatMap(({ applications }) => applications)).toHaveLength(ids.applications.length);
    expect(environments.flatMap(({ compose }) => compose)).toHaveLength(40);
    expect(double.services()).toEqual([]);
    double.bulk({ projects: 1, applications: 3, running: true });
    expect(double.services()).toHaveLength(3);
  });
});
