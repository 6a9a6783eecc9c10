import { request } from 'node:http';

/** More than any health answer; a server that says more is not asked to finish. */
const maxBodyBytes = 64 * 1024;

/**
 * The code-server manager's `HealthProbe`: asks `GET /healthz` over a Unix socket, on a connection of its own that is
 * gone afterwards. True on a 200 within `timeoutMs`, else false; never rejects. `expired` and `alive` are both a 200.
 */
export const socketHealthProbe = {
  healthy(socketPath: string, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const outgoing = request({
        socketPath,
        path: '/healthz',
        agent: false,
        headers: { Host: 'localhost', Connection: 'close' },
      });
      const settle = (healthy: boolean): void => {
        clearTimeout(deadline);
        outgoing.destroy();
        resolve(healthy);
      };
      // A deadline for the whole answer, not for silence: a server that drips is as good as hung.
      const deadline = setTimeout(() => settle(false), timeoutMs);
      outgoing.on('error', () => settle(false));
      outgoing.on('close', () => settle(false));
      outgoing.on('response', (answer) => {
        let received = 0;
        answer.on('error', () => settle(false));
        answer.on('data', (chunk: Buffer) => {
          received += chunk.length;
          if (received > maxBodyBytes) settle(false);
        });
        answer.on('end', () => settle(answer.statusCode === 200));
      });
      outgoing.end();
    });
  },
};
