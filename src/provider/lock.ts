import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../managers/shared/clock.ts';
import { errnoOf } from '../managers/shared/errors.ts';
import { diskError, makePrivateFile } from '../managers/shared/files.ts';

const fileName = 'devyard.lock';
const againMs = 250;

/**
 * Runs the work while no other process works on this machine. It is SQLite's file lock, which the operating system takes
 * back however its holder ends.
 */
export async function withLock<T>(
  folder: string,
  { clock, signal, waiting }: { readonly clock: Clock; readonly signal: AbortSignal; readonly waiting: () => void },
  work: () => Promise<T>,
): Promise<T> {
  const file = join(folder, fileName);
  makePrivateFile(file);
  const { DatabaseSync } = await import('node:sqlite');
  for (let first = true; ; first = false) {
    signal.throwIfAborted();
    const connection = new DatabaseSync(file, { timeout: 0 });
    try {
      connection.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE;');
    } catch (error) {
      connection.close();
      if (!isHeld(error)) throw diskError(error, file);
      if (first) waiting();
      await pause(clock, againMs, signal);
      continue;
    }
    try {
      return await work();
    } finally {
      connection.close();
    }
  }
}

/** Only for who holds the lock and leaves nothing behind. */
export async function removeLock(folder: string): Promise<void> {
  await rm(join(folder, fileName), { force: true });
}

function isHeld(error: unknown): boolean {
  return errnoOf(error) === 'ERR_SQLITE_ERROR' && /locked|busy/i.test(String(error));
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(ms, resolve);
  const stop = (): void => {
    cancel();
    resolve();
  };
  signal.addEventListener('abort', stop, { once: true });
  return promise.finally(() => signal.removeEventListener('abort', stop));
}
