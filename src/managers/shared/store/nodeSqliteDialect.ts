import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { SqliteDialect } from 'kysely';
import { messageOf } from '../errors.ts';

const nothingChanged = { changes: 0, lastInsertRowid: 0 };

/** Kysely's own SQLite dialect over Node's built-in driver: the shim gives it the few methods it calls. */
export function nodeSqliteDialect(database: DatabaseSync): SqliteDialect {
  return new SqliteDialect({
    database: {
      prepare(sql: string) {
        const statement = database.prepare(sql);
        return {
          reader: statement.columns().length > 0,
          all: (parameters: readonly unknown[]) => statement.all(...(parameters as SQLInputValue[])),
          run(parameters: readonly unknown[]) {
            try {
              return statement.run(...(parameters as SQLInputValue[]));
            } catch (error) {
              // SQLite has rolled back by itself when the disk is full; Kysely's own rollback must not hide that.
              if (sql === 'rollback' && /no transaction is active/.test(messageOf(error))) return nothingChanged;
              throw error;
            }
          },
          iterate: (parameters: readonly unknown[]) =>
            statement.iterate(...(parameters as SQLInputValue[])) as IterableIterator<unknown>,
        };
      },
      close: () => database.close(),
    },
  });
}
