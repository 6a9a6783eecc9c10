import { lstat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { DevyardError, errnoOf } from '../../shared/errors.ts';

/** One window each, with some to spare; a program that connects in a loop must not use up our descriptors. */
const mostConnections = 32;

/**
 * Listens on a terminal's socket, which only this user can reach: whoever can, can type. Takes over the socket that a killed
 * holder left behind, but not one that is served. Throws `forbidden` or `conflict`.
 */
export async function listenHolder(path: string, onConnection: (socket: Socket) => void): Promise<Server> {
  const isPipe = process.platform === 'win32';
  if (!isPipe) {
    await requirePrivate(dirname(path));
    await clear(path);
  }
  const server = createServer(onConnection);
  server.maxConnections = mostConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', resolve);
    // The socket is made within this call, so it never has another mode.
    const before = process.umask(0o177);
    try {
      server.listen({ path });
    } finally {
      process.umask(before);
    }
  });
  return server;
}

async function requirePrivate(folder: string): Promise<void> {
  const entry = await lstat(folder);
  if (!entry.isDirectory() || entry.uid !== process.getuid?.() || (entry.mode & 0o077) !== 0) {
    throw new DevyardError('forbidden', `The folder ${folder} of the terminal's socket can be entered by others.`, {
      hint: 'Give it the mode 0700.',
    });
  }
}

async function clear(path: string): Promise<void> {
  const entry = await lstat(path).catch(() => undefined);
  if (entry === undefined) return;
  if (!entry.isSocket() || (await isServed(path))) {
    throw new DevyardError('conflict', `${path} is taken.`, { hint: 'Choose another path for the terminal.' });
  }
  await unlink(path);
}

function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error) => resolve(errnoOf(error) !== 'ECONNREFUSED'));
  });
}
