import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface CuttableProxy extends AsyncDisposable {
  readonly port: number;
  /** How many connections it took. */
  readonly accepted: number;
  /** Breaks the connections there are, as a router that forgot them does. */
  cut(): void;
  /** From now on the connections there are carry nothing any more, and nobody is told. */
  freeze(): void;
  /** Whether new connections are taken; else they are reset. */
  isOpen: boolean;
}

/** Something between client and server that can go wrong. `shape` may send the server's first bytes in its own way. */
export async function openProxy(
  target: number,
  shape: (socket: Socket, first: Buffer) => Promise<void> = (socket, first) =>
    Promise.resolve(void socket.write(first)),
): Promise<CuttableProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let accepted = 0;
  let isOpen = true;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    client.on('error', () => undefined);
    if (!isOpen) {
      client.resetAndDestroy();
      return;
    }
    accepted += 1;
    const remote = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    const pair = [client, remote] as const;
    pairs.add(pair);
    remote.on('error', () => client.resetAndDestroy());
    remote.once('data', (first) => {
      remote.pause();
      void shape(client, first).then(() => remote.pipe(client));
    });
    client.pipe(remote);
    client.once('close', () => {
      pairs.delete(pair);
      remote.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('There is no port.');
  const cut = (): void => {
    for (const [client, remote] of pairs) {
      client.resetAndDestroy();
      remote.resetAndDestroy();
    }
  };
  return {
    port: address.port,
    get accepted() {
      return accepted;
    },
    cut,
    freeze() {
      for (const [client, remote] of pairs) {
        client.unpipe(remote).pause();
        remote.unpipe(client).pause();
      }
    },
    get isOpen() {
      return isOpen;
    },
    set isOpen(value) {
      isOpen = value;
    },
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
