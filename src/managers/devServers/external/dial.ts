import { connect, type NetConnectOpts } from 'node:net';
import type { LocalAddress } from './address.ts';

/** A process that accepts nothing for so long does not answer. Milliseconds. */
const connectTimeoutMs = 2000;

/** Whether somebody accepts a connection there; nothing is sent. Never rejects. */
export type Dial = (address: LocalAddress, signal: AbortSignal) => Promise<boolean>;

export const dialAddress: Dial = async (address, signal) => {
  const targets: readonly NetConnectOpts[] =
    address.kind === 'unix'
      ? [{ path: address.path }]
      : address.hosts.map((host) => ({ host, port: address.port, autoSelectFamily: false }));
  for (const target of targets) {
    if (await accepts(target, signal)) return true;
  }
  return false;
};

function accepts(target: NetConnectOpts, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false);
    const socket = connect({ ...target, timeout: connectTimeoutMs });
    const settle = (answer: boolean): void => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      resolve(answer);
    };
    const abort = (): void => settle(false);
    signal.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => settle(true));
    socket.once('timeout', () => settle(false));
    // Stays: a reset may still come after the answer.
    socket.on('error', () => settle(false));
  });
}
