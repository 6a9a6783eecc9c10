import { DatabaseSync } from 'node:sqlite';
import { DevyardError, errnoOf } from './errors.ts';
import { makePrivateFile } from './files.ts';

/**
 * The right to be the daemon of a data directory. It is SQLite's file lock, which the operating system takes back the
 * moment its holder dies, however it dies: there is no stale lock to judge and no race in taking one over.
 * Who holds it (pid, start time) is said by `daemon.json`.
 */
export interface DaemonLock {
  release(): void;
}

/** Takes the lock or throws `conflict` at once. */
export function takeLock(file: string): DaemonLock {
  makePrivateFile(file);
  const connection = new DatabaseSync(file, { timeout: 0 });
  try {
    connection.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE;');
  } catch (error) {
    connection.close();
    if (errnoOf(error) === 'ERR_SQLITE_ERROR' && /locked|busy/i.test(String(error))) {
      throw new DevyardError('conflict', 'Another Devyard daemon owns this data directory.', {
        hint: 'Use it, stop it with `devyard stop`, or choose another data directory.',
        cause: error,
      });
    }
    throw error;
  }
  return { release: () => connection.close() };
}
