import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { maxHeaderBytes, type Upstream } from './forward.ts';
import { endToEnd, eachHeader, requestHeaders, type RawHeaders } from './headers.ts';
import { rawPage, unreachablePage } from './pages.ts';

/** Passes one admitted upgrade (a WebSocket) on, as one of `path`, and then joins the two sockets, byte for byte. */
export function forwardUpgrade(
  request: IncomingMessage,
  client: Socket,
  head: Buffer,
  path: string,
  upstream: Upstream,
): void {
  let outgoing: ClientRequest;
  try {
    outgoing = httpRequest({
      // Its own connection (only used where no agent is given). Half-open, so that either side may finish first.
      createConnection: () => connect({ path: upstream.socketPath, allowHalfOpen: true }),
      method: request.method,
      path,
      headers: upgradeHeaders(request, upstream),
      setHost: false,
      maxHeaderSize: maxHeaderBytes,
    });
  } catch {
    client.destroy();
    return;
  }
  const abandon = (): void => {
    outgoing.destroy();
  };
  client.once('close', abandon);

  outgoing.on('error', () => {
    client.off('close', abandon);
    if (client.writable) client.end(rawPage(unreachablePage(upstream.name)));
  });
  outgoing.on('response', (answer) => {
    // Not an upgrade: its body ends with the connection, so that nothing can follow it unjudged.
    const status = `HTTP/1.1 ${answer.statusCode ?? 502} ${answer.statusMessage ?? ''}`;
    client.write(rawHead(status, [...endToEnd(answer.rawHeaders), 'Connection', 'close']), 'latin1');
    answer.on('error', () => client.destroy());
    answer.on('aborted', () => client.destroy());
    answer.pipe(client);
  });
  outgoing.on('upgrade', (answer, server: Socket, serverHead) => {
    client.off('close', abandon);
    if (client.destroyed) {
      server.destroy();
      return;
    }
    client.write(rawHead(`HTTP/1.1 101 ${answer.statusMessage ?? 'Switching Protocols'}`, answer.rawHeaders), 'latin1');
    if (serverHead.length > 0) client.write(serverHead);
    if (head.length > 0) server.write(head);
    join(client, server);
  });
  outgoing.end();
}

/** How long a closed side's last bytes may wait for a peer that does not read. */
const lingerMs = 10_000;

/** Joins two sockets until both are done. An error on one side ends the other at once, a close after what is still to be sent. */
function join(client: Socket, server: Socket): void {
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    from.setNoDelay(true);
    from.setTimeout(0);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      to.setTimeout(lingerMs, () => to.destroy());
      to.destroySoon();
    });
    from.pipe(to);
  }
}

function upgradeHeaders(request: IncomingMessage, upstream: Upstream): string[] {
  const kept: string[] = [];
  eachHeader(requestHeaders(request, upstream.isToken), (name, value, key) => {
    // What looks like a body is already the new protocol.
    if (key !== 'content-length') kept.push(name, value);
  });
  kept.push('Connection', 'Upgrade', 'Upgrade', request.headers.upgrade ?? '');
  return kept;
}

function rawHead(status: string, headers: RawHeaders): string {
  let head = `${status}\r\n`;
  eachHeader(headers, (name, value) => {
    head += `${name}: ${value}\r\n`;
  });
  return `${head}\r\n`;
}
