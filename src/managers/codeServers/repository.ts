import type { Write } from '../shared/events/journal.ts';
import type { Database } from '../shared/store/schema.ts';
import type { CodeServerDefinition, CodeServerState } from './model.ts';

export interface StoredCodeServer {
  readonly definition: CodeServerDefinition;
  readonly state: CodeServerState;
  readonly runId: string | undefined;
}

/** Every stored code-server of this host, oldest first. */
export async function readCodeServers(database: Database, hostId: string): Promise<readonly StoredCodeServer[]> {
  const rows = await database
    .selectFrom('code_servers')
    .selectAll()
    .where('host_id', '=', hostId)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    definition: JSON.parse(row.definition) as CodeServerDefinition,
    state: JSON.parse(row.state) as CodeServerState,
    runId: row.run_id ?? undefined,
  }));
}

export function saveCodeServer(stored: StoredCodeServer): Write {
  const row = {
    id: stored.definition.id,
    host_id: stored.definition.hostId,
    definition: JSON.stringify(stored.definition),
    state: JSON.stringify(stored.state),
    run_id: stored.runId ?? null,
  };
  return async (transaction) => {
    await transaction
      .insertInto('code_servers')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  };
}

export function eraseCodeServer(id: string): Write {
  return async (transaction) => {
    await transaction.deleteFrom('code_servers').where('id', '=', id).execute();
    await transaction.deleteFrom('idempotency_keys').where('resource_id', '=', id).execute();
  };
}

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
