import { connect } from 'node:net';

const betweenMs = 100;

/**
 * Waits until something takes connections on a port of the loopback address, but no longer than `patienceMs`: a debugger that
 * finds nobody there gives up with a dialog. Never rejects.
 */
export async function untilListening(port: number, patienceMs: number): Promise<boolean> {
  const until = Date.now() + patienceMs;
  for (;;) {
    if (await takesConnections(port)) return true;
    if (Date.now() >= until) return false;
    await new Promise((resolve) => setTimeout(resolve, betweenMs));
  }
}

async function takesConnections(port: number): Promise<boolean> {
  return await new Promise<boolean>((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1000 });
    const settle = (taken: boolean): void => {
      socket.destroy();
      resolve(taken);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
  });
}
