import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Client, ClientChannel, ExecOptions, ShellOptions } from 'ssh2';

/**
 * What ssh2 1.17 keeps to itself and cannot be done without. Its version is pinned, and tests with a real server see each of
 * these work.
 */
interface Insides {
  readonly incoming: { readonly state: 'open' | 'eof' | 'closed' };
  readonly outgoing: { readonly id: number; readonly state: 'open' | 'eof' | 'closing' | 'closed' };
  /** `code` is undefined until the other side told how it ended, and null for a signal. */
  readonly _exit: { readonly code: number | null | undefined; readonly signal: string | undefined };
  readonly _client: { readonly _protocol: { signal(channel: number, name: string): void } };
}

function insidesOf(channel: ClientChannel): Insides {
  return channel as unknown as Insides;
}

/** Whether the other side has said that no more comes. When a connection breaks, ssh2 itself ends streams as if it had. */
export function saidEnd(channel: ClientChannel): boolean {
  return insidesOf(channel).incoming.state !== 'open';
}

/**
 * How it ended, if the other side said so. A quick command tells it together with its beginning, before anybody can listen for
 * the event.
 */
export function exitOf(
  channel: ClientChannel,
): { readonly code: number | null; readonly signal: string | null } | undefined {
  const { code, signal } = insidesOf(channel)._exit;
  return code === undefined ? undefined : { code, signal: signal?.replace(/^SIG/, '') ?? null };
}

/** Its own `signal` sends nothing once the input has been ended, which is how most commands run. */
export function sendSignal(channel: ClientChannel, name: string): void {
  const { outgoing, _client } = insidesOf(channel);
  if (outgoing.state === 'open' || outgoing.state === 'eof') _client._protocol.signal(outgoing.id, name);
}

/** Its types lack an option of sessions that it documents. */
export function sessionOptions(agentForward: boolean): ExecOptions & ShellOptions {
  return { agentForward } as ExecOptions & ShellOptions;
}

interface ClientInsides {
  readonly _protocol?: {
    readonly _cipher: { _encKey?: Buffer | KeyObject };
    readonly _decipher: { _decipherKey?: Buffer | KeyObject };
  };
}

/**
 * For AES-GCM, ssh2 makes a new cipher for each packet, and Node.js 24 takes 18 µs to make one from the bytes of a key instead
 * of 2 from an object: as long as for the packet itself. To be called after each key exchange.
 */
export function keepKeysAsObjects(client: Client): void {
  const { _protocol } = client as unknown as ClientInsides;
  if (_protocol === undefined) return;
  const { _cipher, _decipher } = _protocol;
  if (Buffer.isBuffer(_cipher._encKey)) _cipher._encKey = createSecretKey(_cipher._encKey);
  if (Buffer.isBuffer(_decipher._decipherKey)) _decipher._decipherKey = createSecretKey(_decipher._decipherKey);
}
