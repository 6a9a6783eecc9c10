import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { DevyardError, errnoOf } from '../../shared/errors.ts';
import { diskError, makeFolders, writeFileAtomic } from '../../shared/files.ts';
import type { DaemonLock } from '../../shared/lock.ts';
import { Mutex } from '../../shared/mutex.ts';
import { fingerprintOf, keysOf, lineFor, typeOf, without } from './knownHostsText.ts';
import { pause } from './limit.ts';
import type { HostKeys } from './types.ts';

/** How long another program may be writing, and how often it is looked whether it still is. Milliseconds. */
const patienceMs = 10_000;
const lookMs = 20;

/**
 * Keys of hosts in one OpenSSH known_hosts file. Several programs may use it at once: who writes holds a lock beside it, which
 * the operating system takes back from whoever dies, and replaces the file as a whole. What cannot be written is not trusted.
 */
export class KnownHosts implements HostKeys {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #mutex = new Mutex();

  constructor(path: string, clock: Clock = systemClock) {
    this.#path = path;
    this.#clock = clock;
  }

  /** Rejects `invalid` (an alias that no line could have), `disk-full`, `unavailable`, `busy`. */
  async check(alias: string, key: Buffer): Promise<'new' | 'same' | 'changed'> {
    requireAlias(alias);
    if (typeOf(key) === undefined) throw new DevyardError('invalid', 'The server’s host key is damaged.');
    const verdict = verdictOf(await this.#read(), alias, key);
    if (verdict !== 'new') return verdict;
    return this.#locked(async () => {
      // Another program may have been quicker.
      const text = await this.#read();
      const now = verdictOf(text, alias, key);
      // A line that was cut off must not swallow this one.
      const end = text === '' || text.endsWith('\n') ? '' : '\n';
      if (now === 'new') await this.#write(`${text}${end}${lineFor(alias, key)}\n`);
      return now;
    });
  }

  /** Also fine for a host that has none. Rejects `disk-full`, `unavailable`, `busy`. */
  async forget(alias: string): Promise<void> {
    if (keysOf(await this.#read(), alias).trusted.length === 0) return;
    await this.#locked(async () => this.#write(without(await this.#read(), alias)));
  }

  async fingerprint(alias: string): Promise<string | undefined> {
    const [key] = keysOf(await this.#read(), alias).trusted;
    return key === undefined ? undefined : fingerprintOf(key);
  }

  /** A character for each byte, so that nothing of what others wrote is lost. */
  async #read(): Promise<string> {
    try {
      return await readFile(this.#path, 'latin1');
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return '';
      throw diskError(error, this.#path);
    }
  }

  async #write(text: string): Promise<void> {
    const path = await realpath(this.#path).catch(() => this.#path);
    const mode = await stat(path).then(
      (stats) => stats.mode & 0o777,
      () => 0o600,
    );
    await writeFileAtomic(path, Buffer.from(text, 'latin1'), mode);
  }

  #locked<T>(task: () => Promise<T>): Promise<T> {
    return this.#mutex.run(async () => {
      await makeFolders(dirname(this.#path), 0o700);
      const lock = await this.#lock();
      try {
        return await task();
      } finally {
        lock.release();
      }
    });
  }

  async #lock(): Promise<DaemonLock> {
    // SQLite is loaded only where something is written, which is seldom.
    const { takeLock } = await import('../../shared/lock.ts');
    const until = this.#clock.monotonic() + patienceMs;
    for (;;) {
      try {
        return takeLock(`${this.#path}.lock`);
      } catch (error) {
        if (!(error instanceof DevyardError) || error.code !== 'conflict') throw diskError(error, this.#path);
        if (this.#clock.monotonic() >= until) {
          throw new DevyardError('busy', `${this.#path} is being written by another program.`, {
            hint: 'Try again, or end that program.',
            cause: error,
          });
        }
      }
      await pause(this.#clock, lookMs);
    }
  }
}

function verdictOf(text: string, alias: string, key: Buffer): 'new' | 'same' | 'changed' {
  const { trusted, revoked } = keysOf(text, alias);
  if (revoked.some((other) => other.equals(key))) return 'changed';
  if (trusted.length === 0) return 'new';
  return trusted.some((other) => other.equals(key)) ? 'same' : 'changed';
}

/** OpenSSH looks an alias up in lower case only, and takes some characters for patterns, hashes and marks. */
function requireAlias(alias: string): void {
  if (/^[a-z0-9][a-z0-9._:[\]-]*$/.test(alias)) return;
  throw new DevyardError('invalid', `“${alias}” cannot be the name of a host key.`, {
    hint: 'Use lower-case letters, digits, dots and dashes.',
  });
}
