import { type Clock, systemClock } from '../../shared/clock.ts';
import { readIdentification } from './banner.ts';
import { dial } from './dial.ts';
import { checkedPrivateKey } from './keys.ts';
import { timeLimit } from './limit.ts';
import { createLink, type SshLink } from './link.ts';
import { login } from './login.ts';
import type { SshTarget } from './types.ts';

export interface ConnectOptions {
  readonly signal?: AbortSignal | undefined;
  /** For everything from the name of the host to the login, in milliseconds. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

/**
 * Connects and logs in. The host is checked first, and nothing but one key is ever offered. Rejects `invalid` (`privateKey`),
 * `forbidden` (another host than the pinned one, key not let in), `unavailable`, `disk-full` (a new host's key could not be
 * pinned), `cancelled`; `problemOf` tells them apart.
 */
export async function connect(target: SshTarget, options: ConnectOptions = {}): Promise<SshLink> {
  const { signal, timeoutMs = 20_000, clock = systemClock } = options;
  await checkedPrivateKey(target.privateKey);
  using limit = timeLimit(clock, timeoutMs, signal);
  const socket = await dial(target, limit);
  await readIdentification(socket, target, limit);
  const client = await login(socket, target, limit);
  return createLink(client, socket, target, clock);
}
