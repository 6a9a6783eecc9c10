// What is proxied: small answers, 64 MB, an endless stream behind an upgrade, and a WebSocket that echoes.
// Arguments: the Unix socket. Says its TCP port.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';

const piece = Buffer.alloc(64 * 1024, 'x');
const large = 64 * 1024 * 1024;
const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });

function serve(): Server {
  const server = createServer((request, response) => {
    if (request.url !== '/large') {
      response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 13 }).end('hello, world!');
      return;
    }
    response.writeHead(200, { 'Content-Length': large });
    let left = large / piece.length;
    const more = (): void => {
      while (left-- > 0) if (!response.write(piece)) return;
      response.end();
    };
    response.on('drain', more);
    more();
  });
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (request.url === '/echo') {
      webSockets.handleUpgrade(request, socket, head, (ws) => ws.on('message', (data) => ws.send(data)));
      return;
    }
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    const more = (): void => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on('drain', more);
    socket.resume();
    more();
  });
  return server;
}
serve().listen(process.argv[2]);
const tcp = serve().listen(0, '127.0.0.1', () => process.send?.((tcp.address() as AddressInfo).port));
