import type { Connection } from '../../api/client/launch.ts';
import type { Session } from './session.ts';

/** The connection as soon as there is one; unlike `Session.connect` it makes none. Rejects when the signal aborts. */
export async function whenConnected(session: Session, signal: AbortSignal): Promise<Connection> {
  signal.throwIfAborted();
  if (session.connection !== undefined) return session.connection;
  return await new Promise<Connection>((resolve, reject) => {
    const settle = (): void => {
      end();
      signal.removeEventListener('abort', settle);
      if (session.connection === undefined) reject(signal.reason as Error);
      else resolve(session.connection);
    };
    const end = session.on('state', () => {
      if (session.connection !== undefined) settle();
    });
    signal.addEventListener('abort', settle, { once: true });
  });
}
