import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Faults } from './faults.ts';
import type { RecordedRequest } from './http.ts';
import type { World } from './world.ts';

/** The two WebSockets with logs. They send what is there, then what comes, and hardly ever end by themselves. */
export function openSockets(world: World, faults: Faults, requests: RecordedRequest[]) {
  const server = new WebSocketServer({ noServer: true });

  function serve(socket: WebSocket, request: IncomingMessage): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://double');
    socket.on('error', () => undefined);
    const key = request.headers['x-api-key'];
    const isDeployment = pathname === '/listen-deployment';
    const subject = searchParams.get(isDeployment ? 'logPath' : 'containerId');
    if (!subject) {
      socket.close(4000, isDeployment ? 'logPath no provided' : 'containerId no provided');
      return;
    }
    // Accepted first and closed without a word: that is how a wrong key shows here.
    if (!world.keys.admits(typeof key === 'string' ? key : undefined)) {
      socket.close();
      return;
    }
    if (isDeployment) {
      if (!subject.startsWith('/etc/dokploy/logs/')) {
        socket.close();
        return;
      }
      const end = world.logs.follow(subject, (text) => socket.send(text));
      socket.on('close', end);
      return;
    }
    const machine =
      searchParams.get('runType') === 'swarm' ? world.swarm.machineOf(subject) : world.compose.machineOf(subject);
    if (machine === undefined) {
      socket.send(`Error response from daemon: No such container: ${subject}\r\n`);
      socket.close();
      return;
    }
    // A pseudo-terminal is in between.
    const tail = Number(searchParams.get('tail') ?? 100);
    const take = (text: string): void => socket.send(text.replaceAll('\n', '\r\n'));
    // On the machine of Dokploy itself nothing closes it, even when the container is gone.
    const ended = (): void => {
      if (searchParams.has('serverId')) socket.close();
    };
    socket.on('close', machine.follow(tail, take, ended));
  }

  return {
    upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://double');
      const procedure = pathname.slice(1);
      const input = Object.fromEntries(searchParams);
      const record: RecordedRequest = { procedure, method: 'GET', input, at: performance.now(), status: undefined };
      requests.push(record);
      const fault = faults.take(procedure);
      if (fault !== undefined) {
        if (typeof fault === 'object' && 'status' in fault) {
          record.status = fault.status;
          socket.end(`HTTP/1.1 ${String(fault.status)} Injected\r\nconnection: close\r\n\r\n`);
        } else socket.destroy();
        return;
      }
      if (procedure !== 'listen-deployment' && procedure !== 'docker-container-logs') {
        socket.destroy();
        return;
      }
      record.status = 101;
      server.handleUpgrade(request, socket, head, (webSocket) => serve(webSocket, request));
    },
    close(): void {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}
