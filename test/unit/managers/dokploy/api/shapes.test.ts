import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../../../../src/managers/dokploy/api/decode.ts';
import {
  projectsShape,
  queueShape,
  targetServersShape,
} from '../../../../../src/managers/dokploy/api/listingShapes.ts';
import { deploymentsShape, serviceShape } from '../../../../../src/managers/dokploy/api/serviceShapes.ts';
import { tasksShape } from '../../../../../src/managers/dokploy/api/taskShapes.ts';
import { keyOwnerShape } from '../../../../../src/managers/dokploy/api/keyOwner.ts';

function complaint(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ShapeError) return error.message;
    throw error;
  }
  throw new Error('It was taken.');
}

describe('project.all', () => {
  const project = {
    projectId: 'p',
    name: 'conduct',
    env: 'SECRET=1',
    environments: [
      {
        environmentId: 'e',
        name: 'production',
        isDefault: true,
        applications: [
          { applicationId: 'a', name: 'one', applicationStatus: 'done' },
          { applicationId: 'b', name: 'two', applicationStatus: 'queued' },
        ],
        compose: [{ composeId: 'c', name: 'three', composeStatus: 'running' }],
        postgres: [{ postgresId: 'x' }],
      },
      { environmentId: 'f', name: 'staging', isDefault: false },
    ],
  };

  it('is read with both kinds of services', () => {
    expect(projectsShape([project], '')).toEqual([
      {
        projectId: 'p',
        name: 'conduct',
        environments: [
          {
            environmentId: 'e',
            name: 'production',
            isDefault: true,
            services: [
              { kind: 'application', id: 'a', name: 'one', status: 'done' },
              { kind: 'application', id: 'b', name: 'two', status: 'idle' },
              { kind: 'compose', id: 'c', name: 'three', status: 'running' },
            ],
          },
          { environmentId: 'f', name: 'staging', isDefault: false, services: [] },
        ],
      },
    ]);
  });

  it('says what is missing, and where: half a listing is none', () => {
    expect(complaint(() => projectsShape({}, ''))).toBe('it is not a list');
    expect(complaint(() => projectsShape([project, { name: 'x' }], ''))).toBe('“[1].projectId” is not text');
    const broken = { ...project, environments: [{ environmentId: 'e', name: 'x', applications: [{ name: 'y' }] }] };
    expect(complaint(() => projectsShape([broken], ''))).toBe(
      '“[0].environments[0].applications[0].applicationId” is not text',
    );
  });
});

describe('application.one and compose.one', () => {
  const row = {
    applicationId: 'a',
    name: 'hello',
    appName: 'hello-w0fmen',
    description: null,
    env: null,
    applicationStatus: 'done',
    dockerImage: '127.0.0.1:5000/hello:v1',
    memoryLimit: '268435456',
    command: '/bin/sh',
    args: ['-c', 'exit 3'],
    serverId: 's',
    server: { serverId: 's', ipAddress: '192.0.2.7' },
    environment: { environmentId: 'e', name: 'production', project: { projectId: 'p', name: 'conduct' } },
    ports: [{ portId: 'x', publishedPort: 2222, targetPort: 22, protocol: 'tcp', publishMode: 'host' }],
    mounts: [{ mountId: 'm', type: 'volume', volumeName: 'data', mountPath: '/data' }],
    domains: [{ host: 'app.example.com', https: true, path: null, port: 8080 }],
    // As recorded: application.one has no order.
    deployments: [
      { deploymentId: 'old', title: 'first', status: 'done', logPath: '/l1', createdAt: '2026-11-21T02:21:35.382Z' },
      { deploymentId: 'new', title: 'second', status: null, logPath: '/l2', createdAt: '2026-11-21T02:21:36.012Z' },
    ],
  };

  it('are read with all that belongs to them, deployments newest first', () => {
    const service = serviceShape('application')(row, '');
    expect(service).toMatchObject({
      kind: 'application',
      id: 'a',
      appName: 'hello-w0fmen',
      description: '',
      env: '',
      status: 'done',
      environmentId: 'e',
      projectId: 'p',
      serverId: 's',
      serverAddress: '192.0.2.7',
      args: ['-c', 'exit 3'],
      cpuLimit: null,
      composeFile: null,
      ports: [{ portId: 'x', publishedPort: 2222, targetPort: 22, protocol: 'tcp', publishMode: 'host' }],
      mounts: [{ mountId: 'm', type: 'volume', volumeName: 'data', mountPath: '/data' }],
      domains: [{ host: 'app.example.com', https: true, path: '/', port: 8080 }],
    });
    expect(service.deployments.map(({ deploymentId, status }) => [deploymentId, status])).toEqual([
      ['new', 'running'],
      ['old', 'done'],
    ]);
    const compose = {
      ...row,
      applicationId: undefined,
      composeId: 'c',
      composeStatus: 'error',
      composeFile: 'services:',
    };
    expect(serviceShape('compose')(compose, '')).toMatchObject({
      kind: 'compose',
      id: 'c',
      status: 'error',
      composeFile: 'services:',
    });
  });

  it.each([
    ['appName', '“appName” is not text'],
    ['applicationId', '“applicationId” is not text'],
  ])('are not taken without %s', (name, message) => {
    expect(complaint(() => serviceShape('application')({ ...row, [name]: undefined }, ''))).toBe(message);
  });

  it('are not taken with a port of text, and everything else may come or go', () => {
    const wrong = { ...row, ports: [{ ...row.ports[0], publishedPort: '2222' }] };
    expect(complaint(() => serviceShape('application')(wrong, ''))).toBe('“ports[0].publishedPort” is not a number');
    const needed = new Set(['applicationId', 'appName']);
    const names = Object.keys(row).filter((name) => !needed.has(name));
    fc.assert(
      fc.property(fc.subarray(names), fc.dictionary(fc.string(), fc.jsonValue()), (missing, added) => {
        const rest = Object.fromEntries(Object.entries(row).filter(([name]) => !missing.includes(name)));
        expect(serviceShape('application')({ ...added, ...rest, ...missingIn(missing) }, '').id).toBe('a');
      }),
    );
  });
  const missingIn = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, undefined]));
});

describe('deployment.all', () => {
  it('is put in order', () => {
    const at = (deploymentId: string, createdAt: string) => ({ deploymentId, title: 't', status: 'error', createdAt });
    const rows = [
      at('a', '2026-11-21T02:00:00.000Z'),
      at('c', '2026-11-21T04:00:00.000Z'),
      at('b', '2026-11-21T03:00:00.000Z'),
    ];
    expect(deploymentsShape(rows, '').map(({ deploymentId }) => deploymentId)).toEqual(['c', 'b', 'a']);
    expect(deploymentsShape([], '')).toEqual([]);
    const undated = rows.map(({ deploymentId, title, status }) => ({ deploymentId, title, status }));
    expect(deploymentsShape(undated, '').map(({ deploymentId }) => deploymentId)).toEqual(['a', 'c', 'b']);
  });
});

describe('tasks', () => {
  const task = (currentState: string, error: string, more: object = {}) => ({
    containerId: 'vw4nk3w7572fivkn7zrlzt5jf',
    name: 'hello-w0fmen.1',
    state: 'running',
    currentState,
    node: 'vm',
    error,
    ...more,
  });

  it('of swarm are in the state they are in, not in the one that is wanted', () => {
    const rows = [
      task('Pending 12 seconds ago', '"no suitable node (host-mode port already in use on 1 node)"', { node: '' }),
      task('Running less than a second ago', 'Error:'),
      task('Failed 3 seconds ago', '"task: non-zero exit (3)"', { state: 'shutdown' }),
      task('', '', { currentState: undefined }),
    ];
    expect(tasksShape('application')(rows, '').map(({ state, error, node }) => [state, error, node])).toEqual([
      ['pending', 'no suitable node (host-mode port already in use on 1 node)', ''],
      ['running', '', 'vm'],
      ['failed', 'task: non-zero exit (3)', 'vm'],
      ['running', '', 'vm'],
    ]);
  });

  it('of compose are containers', () => {
    const rows = [
      { containerId: '0a1b2c', name: 'x-devyard-1', state: 'exited', status: 'Exited (3) 2 minutes ago' },
      { containerId: 'No container id', name: 'No container name', state: 'No state', status: '' },
    ];
    expect(tasksShape('compose')(rows, '')).toEqual([
      {
        containerId: '0a1b2c',
        name: 'x-devyard-1',
        state: 'exited',
        statusText: 'Exited (3) 2 minutes ago',
        node: '',
        error: '',
      },
      { containerId: '', name: 'No container name', state: 'unknown', statusText: '', node: '', error: '' },
    ]);
  });
});

describe('the others', () => {
  it('queue: only jobs of applications and compose services', () => {
    const job = (data: object, state: string) => ({ id: 'job-1', name: 'deployments', data, state });
    const rows = [
      job({ applicationId: 'a', titleLog: 'one', type: 'deploy' }, 'waiting'),
      job({ composeId: 'c', titleLog: 'two', type: 'deploy' }, 'active'),
      job({ applicationId: 'a', titleLog: 'three' }, 'failed'),
      job({ applicationId: 'a', previewDeploymentId: 'p', titleLog: 'preview' }, 'waiting'),
      job({ something: 'else' }, 'waiting'),
    ];
    expect(queueShape(rows, '')).toEqual([
      { serviceId: 'a', title: 'one', state: 'waiting' },
      { serviceId: 'c', title: 'two', state: 'active' },
      { serviceId: 'a', title: 'three', state: 'other' },
    ]);
  });

  it('servers', () => {
    const rows = [{ serverId: 's', name: 'edge', ipAddress: '192.0.2.7', serverStatus: 'active' }];
    expect(targetServersShape(rows, '')).toEqual([{ serverId: 's', name: 'edge', ipAddress: '192.0.2.7' }]);
  });

  it('the owner of a key: flags count for members only', () => {
    expect(keyOwnerShape({ role: 'owner', canCreateServices: false }, '')).toMatchObject({ mayCreateServices: true });
    expect(keyOwnerShape({ role: 'member', canCreateServices: true, canAccessToDocker: false }, '')).toEqual({
      role: 'member',
      mayCreateProjects: false,
      mayCreateServices: true,
      mayDeleteServices: false,
      maySeeContainers: false,
    });
  });

  it('are never anything else than an answer or a complaint', () => {
    const shapes = [
      projectsShape,
      queueShape,
      targetServersShape,
      deploymentsShape,
      tasksShape('compose'),
      keyOwnerShape,
    ];
    fc.assert(
      fc.property(fc.constantFrom(...shapes), fc.jsonValue(), (shape, value) => {
        try {
          shape(value, '');
        } catch (error) {
          expect(error).toBeInstanceOf(ShapeError);
        }
      }),
    );
  });
});
