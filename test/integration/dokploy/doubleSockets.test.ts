import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type DokployDouble, startDokploy } from '../../support/dokploy/double.ts';
import { Calls, quickly } from './doubleCalls.ts';

let double: DokployDouble;
let calls: Calls;
const opened: WebSocket[] = [];
beforeEach(async () => {
  double = await startDokploy({ machines: 'none' });
  calls = new Calls(double);
});
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.terminate();
  await double.stop();
});

function listen(path: string, search: Record<string, string>, key = double.key) {
  const url = `${double.url.replace('http', 'ws')}${path}?${new URLSearchParams(search).toString()}`;
  const socket = new WebSocket(url, { headers: { 'x-api-key': key } });
  opened.push(socket);
  socket.on('error', () => undefined);
  const heard = { text: '' };
  socket.on('message', (data: Buffer) => (heard.text += data.toString()));
  return { socket, heard };
}

describe('the log of a deployment', () => {
  it('comes as it is written and does not end with it', async () => {
    const pull = double.hold('worker.pull');
    const app = await calls.application();
    await calls.deployApplication(app, 'first');
    await calls.becomes(app, 'running');
    const [deployment] = await calls.deployments(app);
    const { socket, heard } = listen('/listen-deployment', { logPath: deployment?.logPath ?? '' });
    await expect.poll(() => heard.text, quickly).toContain('Initializing deployment\n');
    pull.release();
    await expect.poll(() => heard.text, quickly).toContain('Pulling image completed');
    await calls.becomes(app, 'done');
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });

  it('is closed without a word for a wrong key', async () => {
    const { socket, heard } = listen('/listen-deployment', { logPath: '/x' }, 'wrong');
    const [code] = (await once(socket, 'close')) as [number];
    expect([code, heard.text]).toEqual([1005, '']);
  });

  it('may be refused on purpose', async () => {
    double.inject({ procedure: 'listen-deployment', fault: { status: 503 } });
    const { socket } = listen('/listen-deployment', { logPath: '/x' });
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toContain('503');
  });
});

describe('the log of a container', () => {
  it('is followed by the task, through a terminal', async () => {
    const app = await calls.deployed();
    await calls.reaches(app, 'Running');
    const [task] = await calls.query<{ containerId: string }[]>('docker.getServiceContainersByAppName', {
      appName: app.appName,
    });
    const search = { containerId: task?.containerId ?? '', tail: '10', runType: 'swarm', since: 'all', search: '' };
    const { heard } = listen('/docker-container-logs', search);
    await expect.poll(() => heard.text, quickly).toMatch(/^\S+Z starting, env:\r\n$/);
  });
});
