// Asks one place as fast as it can. Arguments: kind, URL, connections, seconds. Says units per second, or ms of each round trip.
import { connect } from 'node:net';
import { WebSocket } from 'ws';

const [, , kind = '', url = '', connections = '1', seconds = '1'] = process.argv;
const { hostname, port, host, pathname } = new URL(url);
const head = `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer token\r\n`;
/** Before what is counted: connections are made and code is compiled. */
const warmUpMs = 400;

let units = 0;

/** Answers in full (small) or bytes of them (large), one request after the other. */
function ask(count: 'answers' | 'bytes'): void {
  const socket = connect(Number(port), hostname).setNoDelay(true);
  let left = 0;
  let text = '';
  const next = (): void => void socket.write(`${head}\r\n`);
  socket.on('connect', next);
  socket.on('error', fail);
  socket.on('data', (chunk) => {
    if (count === 'bytes') units += chunk.length;
    if (left === 0) {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      if (!text.startsWith('HTTP/1.1 200')) fail(new Error(text));
      left = Number(/content-length: (\d+)/i.exec(text)?.[1]) - (text.length - end - 4);
      text = '';
    } else left -= chunk.length;
    if (left > 0) return;
    if (count === 'answers') units++;
    next();
  });
}

/** Bytes of an endless stream behind an upgrade. */
function stream(): void {
  const socket = connect(Number(port), hostname);
  socket.on('connect', () => socket.write(`${head}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`));
  socket.on('error', fail);
  socket.once('data', (first) => {
    if (!first.toString('latin1').startsWith('HTTP/1.1 101')) fail(new Error(String(first)));
    socket.on('data', (chunk) => (units += chunk.length));
  });
}

/** Round trips of a WebSocket message, in turns with another place so that both meet the same machine. */
function roundTrips(urls: readonly string[], rounds: number): void {
  const sockets = urls.map(
    (place) => new WebSocket(place.replace('http', 'ws'), { headers: { Authorization: 'Bearer token' } }),
  );
  const times: number[][] = urls.map(() => []);
  const message = Buffer.alloc(64, 'x');
  let at = 0;
  let began = 0;
  let open = 0;
  const next = (): void => {
    if (at === rounds * urls.length) {
      process.send?.(times.map((all) => all.slice(200)));
      process.exit();
    }
    began = performance.now();
    sockets[at % urls.length]?.send(message);
  };
  for (const [index, socket] of sockets.entries()) {
    socket.on('error', fail);
    socket.on('open', () => ++open === urls.length && next());
    socket.on('message', () => {
      times[index]?.push(performance.now() - began);
      at++;
      next();
    });
  }
}

function fail(error: Error): never {
  process.stderr.write(`${url}: ${error.message}\n`);
  process.exit(1);
}

if (kind === 'roundTrips') roundTrips(url.split(' '), Number(connections));
else {
  for (let i = 0; i < Number(connections); i++) {
    if (kind === 'stream') stream();
    else ask(kind as 'answers' | 'bytes');
  }
  setTimeout(() => {
    units = 0;
    const began = performance.now();
    setTimeout(
      () => {
        process.send?.((units * 1000) / (performance.now() - began));
        process.exit();
      },
      Number(seconds) * 1000,
    );
  }, warmUpMs);
}
