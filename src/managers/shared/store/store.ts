import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { DevyardError, errnoOf, messageOf } from '../errors.ts';
import { makePrivateFile } from '../files.ts';
import { nodeSqliteDialect } from './nodeSqliteDialect.ts';
import { type Database, migrations, type Tables } from './schema.ts';

export interface Store {
  readonly database: Database;
  /** Set when the former database could not be read and was put aside. */
  readonly quarantined: { readonly file: string; readonly reason: string } | undefined;
  close(): Promise<void>;
}

/** What a person is told of a database that was put aside. */
export function putAside({ file, reason }: NonNullable<Store['quarantined']>): DevyardError {
  return new DevyardError('store-corrupt', `The database could not be read (${reason}) and was put aside.`, {
    hint: `It lies in ${file}. Code-servers were recovered from their own folders.`,
  });
}

interface StorePlaces {
  readonly file: string;
  readonly backups: string;
  /** Milliseconds since the epoch, for the names of backups and quarantined files. */
  readonly now: number;
}

const keptBackups = 5;

/**
 * Opens the database: write-ahead log, every commit synced, migrated up with a backup before. A database that cannot be read
 * is put aside under a new name, never overwritten, and an empty one takes its place.
 * Throws `store-newer` for one that a newer Devyard wrote, and `disk-full`.
 */
export async function openStore(places: StorePlaces): Promise<Store> {
  try {
    return await openSound(places, undefined);
  } catch (error) {
    if (!isCorruption(error)) throw storeError(error, places.file);
    const file = await quarantine(places);
    return openSound(places, { file, reason: messageOf(error) });
  }
}

async function openSound(places: StorePlaces, quarantined: Store['quarantined']): Promise<Store> {
  // SQLite gives its other files the mode of this one.
  makePrivateFile(places.file);
  const connection = new DatabaseSync(places.file, { timeout: 5000 });
  try {
    connection.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;');
    const check = connection.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (check !== 'ok') throw new Corruption(String(check));
    await migrate(connection, places);
  } catch (error) {
    connection.close();
    throw error;
  }
  const database = new Kysely<Tables>({ dialect: nodeSqliteDialect(connection) });
  return { database, quarantined, close: () => database.destroy() };
}

async function migrate(connection: DatabaseSync, places: StorePlaces): Promise<void> {
  const version = Number(connection.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > migrations.length) {
    throw new DevyardError(
      'store-newer',
      `${places.file} was written by a newer Devyard (schema ${String(version)}).`,
      {
        hint: 'Update Devyard, or choose another data directory.',
      },
    );
  }
  if (version === migrations.length) return;
  if (version > 0) await backUp(connection, places, version);
  const kysely = new Kysely<Tables>({ dialect: nodeSqliteDialect(connection) });
  for (const [index, migration] of migrations.entries()) {
    if (index < version) continue;
    await kysely.transaction().execute(async (transaction) => {
      await migration(transaction);
      connection.exec(`PRAGMA user_version = ${String(index + 1)}`);
    });
  }
}

async function backUp(connection: DatabaseSync, places: StorePlaces, version: number): Promise<void> {
  await mkdir(places.backups, { recursive: true, mode: 0o700 });
  await backup(connection, join(places.backups, `${basename(places.file)}.${String(places.now)}.v${String(version)}`));
  const files = (await readdir(places.backups)).toSorted();
  await Promise.all(files.slice(0, -keptBackups).map((file) => rm(join(places.backups, file), { force: true })));
}

/** Moves the database and its write-ahead log aside; returns the new name. */
async function quarantine(places: StorePlaces): Promise<string> {
  const aside = `${places.file}.corrupt-${String(places.now)}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(places.file + suffix)) await rename(places.file + suffix, aside + suffix);
  }
  return aside;
}

class Corruption extends Error {}

/** SQLITE_CORRUPT (11) and SQLITE_NOTADB (26), with their extended codes: https://sqlite.org/rescode.html */
function isCorruption(error: unknown): boolean {
  if (error instanceof Corruption) return true;
  const code = sqliteCode(error);
  return code === 11 || code === 26;
}

function sqliteCode(error: unknown): number | undefined {
  if (errnoOf(error) !== 'ERR_SQLITE_ERROR') return undefined;
  return Number((error as { errcode?: unknown }).errcode) & 0xff;
}

/** Says what a failed statement means to a person; SQLITE_FULL is 13, SQLITE_IOERR 10, SQLITE_CANTOPEN 14, SQLITE_READONLY 8. */
export function storeError(error: unknown, file: string): unknown {
  const code = sqliteCode(error);
  if (code === 13 || (code === 10 && /full|space/i.test(messageOf(error)))) {
    return new DevyardError('disk-full', `There is no space left to write ${file}.`, {
      hint: 'Free some disk space and try again; nothing was lost.',
      cause: error,
    });
  }
  if (code === 8 || code === 10 || code === 14) {
    return new DevyardError('unavailable', `${file} cannot be used: ${messageOf(error)}`, {
      hint: 'Check the free space and the permissions of the data directory.',
      cause: error,
    });
  }
  if (code === 11 || code === 26) {
    return new DevyardError('store-corrupt', `${file} is damaged: ${messageOf(error)}`, {
      hint: 'Restart Devyard: it puts the damaged file aside and recovers what it can.',
      cause: error,
    });
  }
  return error;
}
