import type { Write } from './events/journal.ts';
import type { Database } from './store/schema.ts';

/** The resource that an `Idempotency-Key` made before. */
export async function resourceOfKey(database: Database, key: string): Promise<string | undefined> {
  const row = await database
    .selectFrom('idempotency_keys')
    .select('resource_id')
    .where('key', '=', key)
    .executeTakeFirst();
  return row?.resource_id;
}

export function rememberKey(key: string, resourceId: string, time: number): Write {
  return async (transaction) => {
    await transaction.insertInto('idempotency_keys').values({ key, resource_id: resourceId, time }).execute();
  };
}

/** For the transaction that erases the resource. */
export function forgetKeys(resourceId: string): Write {
  return async (transaction) => {
    await transaction.deleteFrom('idempotency_keys').where('resource_id', '=', resourceId).execute();
  };
}
