// One proxy before the backend's Unix socket. Arguments: which, the socket, a free port. Says its ports and prefix.
import httpProxy from '@fastify/http-proxy';
import fastify from 'fastify';
import proxies from 'http-proxy-3';
import { Agent, createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ServerDeps } from '../../src/api/server/deps.ts';
import { createGates } from '../../src/api/server/gate/gates.ts';
import { createApiServer } from '../../src/api/server/server.ts';

const [, , which, socketPath = '', port = '0'] = process.argv;
const say = (...places: string[]): void => void process.send?.(places);

if (which === 'devyard') {
  const onProblem = (message: string): void => void process.stderr.write(`${message}\n`);
  const gates = createGates({ token: 'token', cookieKey: Buffer.alloc(32), onProblem });
  await gates.open({ id: 'bench', name: 'bench', port: Number(port), socketPath, folder: '/' });
  // Nothing but the token and the gates takes part in a proxied request.
  const deps: Partial<ServerDeps> = { passages: gates, token: 'token', onProblem };
  const api = await createApiServer(deps as ServerDeps);
  say(`${await api.listenTcp('127.0.0.1', 0)}/vscode/${port}`, `http://127.0.0.1:${port}`);
} else if (which === '@fastify/http-proxy') {
  const app = fastify();
  const upstream = `unix+http://${encodeURIComponent(socketPath)}/`;
  await app.register(httpProxy, { upstream, prefix: '/p', undici: { connections: 128, pipelining: 1 } });
  say(`${await app.listen({ host: '127.0.0.1', port: 0 })}/p`);
} else {
  const proxy = proxies.createProxyServer({ target: { socketPath } as never, agent: new Agent({ keepAlive: true }) });
  proxy.on('error', (_error, _request, response) => (response as Socket).destroy());
  const server = createServer((request, response) => proxy.web(request, response));
  server.on('upgrade', (request, socket: Socket, head) => proxy.ws(request, socket, head));
  server.listen(0, '127.0.0.1', () => say(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
}
