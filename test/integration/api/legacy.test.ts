import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createApiServer, type ApiServer } from '../../../src/api/server/server.ts';
import { DevyardError } from '../../../src/managers/shared/errors.ts';
import { job } from './fakeJobs.ts';
import { codeServer, id, temporaryFolder, token, unknownId } from './fakes.ts';
import { createWorld, type World } from './world.ts';
import { ask } from './http.ts';

let world: World;
let api: ApiServer;
let socketPath: string;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeEach(async () => {
  folder = await temporaryFolder();
  world = createWorld();
  api = await createApiServer(world.deps);
  socketPath = path.join(folder.path, 's');
  await api.listenSocket(socketPath);
});

afterEach(async () => {
  await api.close();
  await folder.remove();
});

async function call(method: string, url: string, body?: unknown): Promise<[status: number, body: unknown]> {
  const headers = {
    Authorization: `Bearer ${token}`,
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
  };
  const { status, text } = await ask(
    { socketPath },
    method,
    url,
    headers,
    body === undefined ? undefined : JSON.stringify(body),
  );
  return [status, JSON.parse(text)];
}

const stopped = {
  id,
  name: 'api',
  port: 8010,
  workspace_path: '/home/a/src api',
  extensions: ['ms-python.python'],
  status: 'stopped',
  pid: null,
  start_time: null,
  command: ['code-server', '--verbose', '/home/a/src api'],
  uptime: null,
  cpu_percent: null,
  memory_mb: null,
  last_update: null,
};
const running = { ...stopped, status: 'running', pid: 4242, start_time: '2023-11-14T22:13:17.500Z', uptime: 2.5 };

it('keeps the bodies of the original', async () => {
  expect(await call('GET', '/health')).toEqual([200, { status: 'healthy', service: 'devyard' }]);
  expect(await call('GET', '/servers')).toEqual([200, [stopped]]);
  expect(await call('POST', `/servers/${id}/start`)).toEqual([
    200,
    { status: 'success', message: 'Server started successfully', data: running },
  ]);
  expect(await call('POST', `/servers/${id}/restart`, {})).toEqual([
    200,
    { status: 'success', message: 'Server restarted successfully', data: running },
  ]);
  expect(await call('POST', `/servers/${id}/stop`)).toEqual([
    200,
    { status: 'success', message: 'Server stopped successfully', data: stopped },
  ]);
  expect(await call('GET', `/servers/${id}/health`)).toEqual([
    200,
    {
      status: 'success',
      data: {
        status: 'running',
        http_healthy: true,
        cpu_percent: 12.5,
        memory_mb: 3,
        uptime_seconds: 9,
        process_exists: true,
      },
    },
  ]);
  expect(await call('POST', '/servers', { name: 'b', extensions: [] })).toEqual([
    201,
    { ...stopped, id: '01890000-0000-7000-8000-000000000002', name: 'b' },
  ]);
  expect(await call('DELETE', `/servers/${id}`)).toEqual([
    200,
    { status: 'success', message: 'Server deleted successfully' },
  ]);
});

it('shows metrics in its units', async () => {
  world.codeServers.servers.set(
    id,
    codeServer({ metrics: { cpuPercent: 3, memoryBytes: 1_572_864, processes: 2, sampledAt: 0 } }),
  );
  expect(await call('GET', '/servers')).toEqual([
    200,
    [{ ...stopped, cpu_percent: 3, memory_mb: 1.5, last_update: '1970-01-01T00:00:00.000Z' }],
  ]);
});

it.each([`/servers/${id}/refresh-status`, '/servers/refresh-all'])(
  'measures before it answers POST %s',
  async (url) => {
    world.codeServers.calls.length = 0;
    expect((await call('POST', url))[0]).toBe(200);
    const names = world.codeServers.calls.map(([name]) => name);
    expect(names.filter((name) => name === 'health' || name === 'poke')).toEqual(['health', 'poke']);
    expect(names.at(-1)).toMatch(/^(?:get|list)$/);
  },
);

it('gives log objects, newest lines only', async () => {
  world.codeServers.logs.entries = [
    { kind: 'line', seq: 1, time: 0, source: 'stdout', text: 'one' },
    { kind: 'gap', seq: 2, time: 1, droppedBytes: 9, droppedLines: 2 },
    { kind: 'line', seq: 4, time: 2, source: 'stderr', text: 'four' },
  ];
  const common = { serverId: id, serverName: 'api' };
  expect(await call('GET', `/servers/${id}/logs?lines=2`)).toEqual([
    200,
    {
      status: 'success',
      data: {
        logs: [
          {
            ...common,
            timestamp: '1970-01-01T00:00:00.001Z',
            level: 'WARN',
            source: 'system',
            message: '2 lines (9 bytes) were dropped here.',
          },
          { ...common, timestamp: '1970-01-01T00:00:00.002Z', level: 'ERROR', source: 'stderr', message: 'four' },
        ],
      },
    },
  ]);
  expect(((await call('GET', `/servers/${id}/logs`))[1] as { data: { logs: unknown[] } }).data.logs).toHaveLength(3);
  for (const lines of ['-1', '0', '100001', '1e3', '', 'NaN', '99999999999']) {
    expect([lines, await call('GET', `/servers/${id}/logs?lines=${lines}`)]).toEqual([
      lines,
      [422, expect.objectContaining({ code: 'invalid', field: 'lines' })],
    ]);
  }
});

it('answers errors as text beside a code', async () => {
  for (const [method, url] of [
    ['POST', '/servers/nonsense/start'],
    ['POST', `/servers/${unknownId}/stop`],
    ['DELETE', '/servers/1'],
    ['GET', '/servers/..%2f/health'],
    ['GET', `/servers/${unknownId}/logs`],
    ['GET', '/servers/x/nothing'],
  ] as const) {
    expect([url, await call(method, url)]).toEqual([
      url,
      [404, { error: expect.any(String), code: 'not-found', hint: expect.any(String) }],
    ]);
  }
  expect(await call('POST', '/servers', {})).toEqual([
    422,
    expect.objectContaining({ error: expect.any(String), code: 'invalid', field: 'name' }),
  ]);
  expect(await call('POST', '/servers', { name: 'a', extensions: 'x.y' })).toEqual([
    422,
    expect.objectContaining({ field: 'extensions' }),
  ]);
  world.codeServers.fail = new DevyardError('start-failed', 'It ended with code 3.');
  expect(await call('POST', `/servers/${id}/start`)).toEqual([
    502,
    { error: 'It ended with code 3.', code: 'start-failed' },
  ]);
});

it('waits 30 seconds for a start, then answers that it starts', async () => {
  world.codeServers.hang = true;
  const starting = call('POST', `/servers/${id}/start`);
  await expect.poll(() => world.codeServers.get(id).state.status).toBe('starting');
  world.clock.pass(29_999);
  const early = await Promise.race([starting, new Promise((resolve) => setTimeout(resolve, 30, 'waits'))]);
  expect(early).toBe('waits');
  world.clock.pass(1);
  expect(await starting).toEqual([
    200,
    { status: 'success', message: 'Server is starting', data: { ...stopped, status: 'starting' } },
  ]);
});

it('creates in all the ways of the original, and says what could not be done', async () => {
  const created = { ...stopped, id: '01890000-0000-7000-8000-000000000002', name: 'b' };
  const failed = { name: 'x.y', status: 'failed', message: 'It is broken.' } as const;
  expect(await call('POST', '/servers/create-metadata', { name: 'b' })).toEqual([201, created]);
  const template = { name: 'b', template_id: 'Starter', tab_name: 'Samples' };
  expect(await call('POST', '/servers/create-from-template', template)).toEqual([201, created]);
  world.jobs.add(job({ resourceId: created.id, items: [{ name: 'a.b', status: 'done' }, failed] }));
  expect(await call('POST', '/servers', { name: 'b', extensions: ['a.b', 'x.y'] })).toEqual([
    201,
    { ...created, warnings: ['x.y: It is broken.'] },
  ]);
  expect(world.codeServers.calls.filter(([what]) => what === 'create').map(([, input]) => input)).toEqual([
    { name: 'b', wait: true },
    { name: 'b', source: { type: 'template', name: 'Starter', tab: 'Samples' }, wait: true },
    { name: 'b', extensions: ['a.b', 'x.y'], wait: true },
  ]);
});

it('installs extensions and answers when that is done: whole, in part, not at all', async () => {
  const url = `/servers/${id}/install-extensions`;
  const extensions = ['a.b', 'x.y'];
  const items = [
    { name: 'a.b', status: 'done' },
    { name: 'x.y', status: 'done' },
  ] as const;
  world.jobs.add(job({ items }));
  expect(await call('POST', url, { extensions })).toEqual([
    200,
    { status: 'success', message: 'Installed a.b, x.y', data: stopped },
  ]);
  const failed = { name: 'x.y', status: 'failed', message: 'It is broken.' } as const;
  world.jobs.add(job({ items: [items[0], failed] }));
  expect(await call('POST', url, { extensions })).toEqual([
    200,
    {
      status: 'partial',
      message: 'Installed 1 of 2. x.y: It is broken.',
      data: stopped,
      errors: ['x.y: It is broken.'],
    },
  ]);
  world.jobs.add(job({ items: [failed] }));
  expect(await call('POST', `/servers/${id}/install-extension`, { extension: 'x.y' })).toEqual([
    502,
    { error: 'x.y: It is broken.', code: 'install-failed', hint: expect.any(String) },
  ]);
  expect(await call('POST', url, { extensions: [] })).toEqual([422, expect.objectContaining({ field: 'extensions' })]);
});

it('applies the settings of a group, refreshes, and shows configuration and templates', async () => {
  expect(await call('POST', `/servers/${id}/apply-group-settings`, { groupName: 'Python' })).toEqual([
    200,
    { status: 'success', message: 'Set editor.tabSize', data: stopped },
  ]);
  expect(world.codeServers.calls).toContainEqual(['applySettings', id, { extensionGroup: 'Python' }]);
  expect(await call('POST', `/servers/${id}/refresh-status`)).toEqual([
    200,
    { status: 'success', message: 'Status refreshed', data: stopped },
  ]);
  expect(await call('POST', '/servers/refresh-all')).toEqual([
    200,
    { status: 'success', message: 'Status refreshed', data: [stopped] },
  ]);
  expect(await call('GET', '/config')).toEqual([
    200,
    {
      status: 'success',
      data: expect.objectContaining({
        server: { default_port: 8000, code_server_port_range: { start: 8010, end: 8100 } },
        ui: expect.objectContaining({ default_extension_groups: ['python', 'jupyter'] }),
      }),
    },
  ]);
  expect(await call('GET', '/templates')).toEqual([200, { status: 'success', data: { tabs: [] } }]);
});
