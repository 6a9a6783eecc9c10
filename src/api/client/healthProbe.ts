import { request } from 'node:http';

type HealthTarget = { readonly socketPath: string } | { readonly port: number };

/** More than any health answer; a server that says more is not asked to finish. */
const maxBodyBytes = 64 * 1024;

/**
 * The code-server manager's `HealthProbe`: asks `GET /healthz` over a Unix socket, or on a port of the loopback address,
 * on a connection of its own that is gone afterwards. `none` unless there was a 200 within `timeoutMs`; never rejects. `alive` and `expired` are
 * code-server's own words (https://coder.com/docs/code-server/FAQ, "What is the healthz endpoint?"): had it a client
 * within the last minute? Whatever else it may say counts as `alive`.
 */
export const healthProbe = {
  ask(target: HealthTarget, timeoutMs: number): Promise<'none' | 'alive' | 'expired'> {
    return new Promise((resolve) => {
      const outgoing = request({
        ...('port' in target ? { host: '127.0.0.1', port: target.port } : { socketPath: target.socketPath }),
        path: '/healthz',
        agent: false,
        headers: { Host: 'localhost', Connection: 'close' },
      });
      const settle = (answer: 'none' | 'alive' | 'expired'): void => {
        clearTimeout(deadline);
        outgoing.destroy();
        resolve(answer);
      };
      // A deadline for the whole answer, not for silence: a server that drips is as good as hung.
      const deadline = setTimeout(() => settle('none'), timeoutMs);
      outgoing.on('error', () => settle('none'));
      outgoing.on('close', () => settle('none'));
      outgoing.on('response', (answer) => {
        const chunks: Buffer[] = [];
        let received = 0;
        answer.on('error', () => settle('none'));
        answer.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          received += chunk.length;
          if (received > maxBodyBytes) settle('none');
        });
        answer.on('end', () => {
          const expired = /"status"\s*:\s*"expired"/.test(Buffer.concat(chunks).toString());
          settle(answer.statusCode !== 200 ? 'none' : expired ? 'expired' : 'alive');
        });
      });
      outgoing.end();
    });
  },
};
