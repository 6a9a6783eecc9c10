import type { Socket } from 'node:net';
import type { AnyAuthMethod, Client, ConnectConfig } from 'ssh2';
import { DevyardError, messageOf } from '../../shared/errors.ts';
import { cancelled, placeOf, quoted, sshError } from './fault.ts';
import { keepKeysAsObjects } from './insides.ts';
import { fingerprintOf } from './knownHostsText.ts';
import { loadSsh2 } from './library.ts';
import { type Limit, seconds } from './limit.ts';
import type { SshTarget } from './types.ts';

/** What the library reports errors with, besides the message. */
interface ClientError extends Error {
  readonly level?: string;
  /** A number: the reason of a server that disconnects. */
  readonly code?: string | number;
}

/** What a server said to the key that it did not let in, or not alone. */
interface AuthAnswer {
  /** By what it would go on. */
  readonly methods: readonly string[];
  readonly isPartial: boolean;
}

/**
 * Logs in over a socket whose server has identified itself, with the key only: no password, no question. The host's key is
 * checked before anything but the key exchange is sent. Rejects `forbidden`, `unavailable`, `invalid`, `cancelled`; then the
 * socket is destroyed.
 */
export async function login(socket: Socket, target: SshTarget, limit: Limit): Promise<Client> {
  const { Client } = await loadSsh2();
  const client = new Client();
  client.on('handshake', () => keepKeysAsObjects(client));
  // What comes in one piece with the end of the login is understood before anybody else can listen.
  client.on('error', () => undefined);
  const hostKey = createHostKeyCheck(target);
  const auth = createKeyOnly(target);
  return new Promise((resolve, reject) => {
    const settle = (error?: DevyardError): void => {
      limit.signal.removeEventListener('abort', giveUp);
      client.off('ready', settle).off('error', fail).off('close', closed);
      if (error === undefined) {
        resolve(client);
        return;
      }
      socket.destroy();
      reject(error);
    };
    const fail = (error: ClientError): void => settle(hostKey.refusal() ?? loginError(target, error, auth.answer()));
    const closed = (): void => settle(hungUp(target));
    const giveUp = (): void => settle(limit.isUp ? tooSlow(target, limit.ms) : cancelled(limit.signal));
    limit.signal.addEventListener('abort', giveUp, { once: true });
    client
      .once('ready', () => settle())
      .once('error', fail)
      .once('close', closed);
    if (limit.signal.aborted || socket.destroyed) {
      if (limit.signal.aborted) giveUp();
      else closed();
      return;
    }
    try {
      client.connect({
        sock: socket,
        username: target.user,
        authHandler: auth.handler,
        hostVerifier: hostKey.verify,
        // Signatures with SHA-1 are no proof any more; OpenSSH dropped them in 8.8.
        algorithms: { serverHostKey: { append: [], prepend: [], remove: ['ssh-rsa'] } },
        // Time limits and keep-alive are ours: they go by a clock that notices a sleep.
        readyTimeout: 0,
        keepaliveInterval: 0,
        ...(target.forwardAgent === undefined ? {} : { agent: target.forwardAgent }),
      });
    } catch (error) {
      settle(loginError(target, error instanceof Error ? error : new Error(messageOf(error)), undefined));
    }
  });
}

/**
 * Asks about the host's key once. At each later key exchange (RFC 4253, 9) the connection has to show the same one, and is told
 * at once: while ssh2 waits for a verdict, what is sent meanwhile corrupts the connection.
 */
function createHostKeyCheck(target: SshTarget): {
  readonly verify: NonNullable<ConnectConfig['hostVerifier']>;
  readonly refusal: () => DevyardError | undefined;
} {
  let accepted: Buffer | undefined;
  let refusal: DevyardError | undefined;
  const check = async (key: Buffer): Promise<boolean> => {
    try {
      if ((await target.hostKeys.check(target.alias, key)) === 'changed') refusal = await changedHostKey(target, key);
      else accepted = Buffer.from(key);
    } catch (error) {
      refusal =
        error instanceof DevyardError
          ? error
          : new DevyardError('internal', `The host key could not be checked: ${messageOf(error)}`, { cause: error });
    }
    return refusal === undefined;
  };
  return {
    verify: (key: Buffer, verdict: (isFine: boolean) => void): void => {
      if (accepted === undefined) void check(key).then(verdict);
      else verdict(accepted.equals(key));
    },
    refusal: () => refusal,
  };
}

async function changedHostKey(target: SshTarget, key: Buffer): Promise<DevyardError> {
  const pinned = (await target.hostKeys.fingerprint(target.alias)) ?? 'another one';
  return sshError(
    'host-key',
    `${placeOf(target)} is not the host that it was: its key is ${fingerprintOf(key)}, and ${pinned} is the one that is known. Nothing was sent to it.`,
    {
      hint: 'If the machine was made anew, that is to be expected: forget the old key with “Forget Host Key” in the editor or `devyard dokploy forget-host-key NAME`, and connect again. Otherwise somebody may be in between.',
    },
  );
}

/** Offers the key once, and nothing else whatever the server would take. */
function createKeyOnly(target: SshTarget): {
  readonly handler: NonNullable<ConnectConfig['authHandler']>;
  readonly answer: () => AuthAnswer | undefined;
} {
  const key: AnyAuthMethod = { type: 'publickey', username: target.user, key: target.privateKey };
  let answer: AuthAnswer | undefined;
  let isTried = false;
  return {
    handler: (methods: readonly string[] | null, isPartial, next): void => {
      if (methods !== null) answer = { methods, isPartial };
      // Its types know no way to say that there is nothing more to try.
      (next as (method: AnyAuthMethod | false) => void)(isTried ? false : key);
      isTried = true;
    },
    answer: () => answer,
  };
}

function loginError(target: SshTarget, error: ClientError, answer: AuthAnswer | undefined): DevyardError {
  const place = placeOf(target);
  // The server said why it disconnects (RFC 4253, 11.1).
  if (typeof error.code === 'number') {
    return sshError('hung-up', `${place} ended the login: ${quoted(error.message)}.`, { cause: error });
  }
  switch (error.level) {
    case 'client-authentication':
      return keyRefused(target, answer, error);
    case 'client-socket':
      return sshError('hung-up', `The connection to ${place} broke while logging in: ${error.message}`, {
        cause: error,
      });
    case undefined:
    default:
      return sshError(
        'incompatible',
        `${place} and Devyard could not agree on how to talk: ${quoted(error.message)}.`,
        {
          hint: 'The SSH server may be too old, or something on the way changes what is sent.',
          cause: error,
        },
      );
  }
}

function keyRefused(target: SshTarget, answer: AuthAnswer | undefined, cause: Error): DevyardError {
  const place = placeOf(target);
  const methods = answer?.methods.map((method) => quoted(method)).join(', ') ?? '';
  if (answer?.isPartial === true) {
    return sshError('key-refused', `The SSH server on ${place} wants more than a key: ${methods}.`, {
      hint: 'Devyard logs in with a key and nothing else: set “AuthenticationMethods publickey” on the server.',
      cause,
    });
  }
  if (methods !== '' && answer?.methods.includes('publickey') === false) {
    return sshError('key-refused', `The SSH server on ${place} takes no keys, only ${methods}.`, {
      hint: 'Devyard logs in with keys only: set “PubkeyAuthentication yes” on the server.',
      cause,
    });
  }
  return sshError('key-refused', `The SSH server on ${place} does not let ${target.user} in with this key.`, {
    hint: `Check that the public key is in ${target.user}'s authorized_keys there, and that the user is the right one.`,
    cause,
  });
}

function hungUp(target: SshTarget): DevyardError {
  return sshError('hung-up', `${placeOf(target)} closed the connection while logging in.`, {
    hint: 'The SSH server may be starting or stopping, or not let this user in at all.',
  });
}

function tooSlow(target: SshTarget, ms: number): DevyardError {
  return sshError('silent', `${placeOf(target)} did not finish the login within ${seconds(ms)}.`);
}
