// Free ports on loopback.
import { createServer } from 'node:net';
import { say } from './run.mjs';

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** `wanted`, or the next free one above it. */
export async function freePort(wanted) {
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 65_535)
    throw new Error('--port takes a number from 1 to 65535');
  for (let port = wanted; port <= Math.min(wanted + 100, 65_535); port++) {
    if (!(await isFree(port))) continue;
    if (port !== wanted) say(`Port ${wanted} is taken by another program; using ${port}`);
    return port;
  }
  throw new Error(`no free port from ${wanted} on; choose another with --port`);
}
