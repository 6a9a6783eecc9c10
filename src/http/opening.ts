import type { Socket } from 'node:net';
import { HttpFailure } from '../managers/dokploy/api/types.ts';
import { onAbort } from './limit.ts';
import { refused } from './problems.ts';

/**
 * A socket that is being opened, once it tells `event` and `objection` has none. Rejects with HttpFailure: `refused`, or the
 * objection; the socket is destroyed then.
 */
export function opened<Opening extends Socket>(
  socket: Opening,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
  objection: () => HttpFailure | undefined = () => undefined,
): Promise<Opening> {
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => fail(new HttpFailure('refused', 'it was ended while connecting')));
    const done = (): void => {
      forget();
      socket.off('error', fail);
    };
    function fail(error: unknown): void {
      done();
      // A socket that is given up may still report.
      socket.on('error', () => undefined);
      socket.destroy();
      reject(refused(error));
    }
    socket.once('error', fail);
    socket.once(event, () => {
      const failure = objection();
      if (failure !== undefined) return fail(failure);
      done();
      resolve(socket);
    });
  });
}
