import { connect } from 'node:net';

/** Whether 127.0.0.1:`port` accepts a connection within `timeoutMs`; never rejects. */
export function tcpProbe(port: number, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, signal });
    const settle = (accepted: boolean): void => {
      clearTimeout(deadline);
      socket.destroy();
      resolve(accepted);
    };
    const deadline = setTimeout(() => settle(false), timeoutMs);
    socket.on('connect', () => settle(true));
    socket.on('error', () => settle(false));
    socket.on('close', () => settle(false));
  });
}
