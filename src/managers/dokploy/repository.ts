import { DevyardError, messageOf } from '../shared/errors.ts';
import type { Write } from '../shared/events/journal.ts';
import { forgetKeys } from '../shared/idempotency.ts';
import { forgetSecrets } from '../shared/secrets/secrets.ts';
import type { Database } from '../shared/store/schema.ts';
import { type DokployContext, serverOwner } from './context.ts';
import {
  type ServerDefinition,
  serverDefinitionSchema,
  type WorkspaceDefinition,
  workspaceDefinitionSchema,
} from './records.ts';

type ReadContext = Pick<DokployContext, 'database' | 'hostId' | 'onProblem'>;

/** Every stored server of this host, oldest first. A row that cannot be read is reported and left as it is. */
export async function readServers(context: ReadContext): Promise<readonly ServerDefinition[]> {
  const rows = await context.database
    .selectFrom('dokploy_servers')
    .selectAll()
    .where('host_id', '=', context.hostId)
    .orderBy('id')
    .execute();
  return readable(context, 'Dokploy server', rows, (text) => serverDefinitionSchema.parse(JSON.parse(text)));
}

/** Every stored workspace of this host, oldest first. */
export async function readWorkspaces(context: ReadContext): Promise<readonly WorkspaceDefinition[]> {
  const rows = await context.database
    .selectFrom('dokploy_workspaces')
    .selectAll()
    .where('host_id', '=', context.hostId)
    .orderBy('id')
    .execute();
  return readable(context, 'workspace', rows, (text) => workspaceDefinitionSchema.parse(JSON.parse(text)));
}

function readable<T>(
  { onProblem }: ReadContext,
  what: string,
  rows: readonly { readonly id: string; readonly definition: string }[],
  parse: (text: string) => T,
): readonly T[] {
  return rows.flatMap(({ id, definition }) => {
    try {
      return [parse(definition)];
    } catch (error) {
      const message = `What is stored of the ${what} ${id} cannot be read: ${messageOf(error)}`;
      const hint = 'It is left as it is. Add it again; nothing on the server was changed.';
      onProblem(new DevyardError('store-corrupt', message, { hint, cause: error }));
      return [];
    }
  });
}

export function saveServer(definition: ServerDefinition): Write {
  const row = { id: definition.id, host_id: definition.hostId, definition: JSON.stringify(definition) };
  return async (transaction) => {
    await transaction
      .insertInto('dokploy_servers')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  };
}

/** With its key and its workspaces. */
export function eraseServer(id: string): Write {
  return async (transaction) => {
    const own = await transaction.selectFrom('dokploy_workspaces').select('id').where('server_id', '=', id).execute();
    for (const workspace of own) await eraseWorkspace(workspace.id)(transaction);
    await transaction.deleteFrom('dokploy_servers').where('id', '=', id).execute();
    await forgetSecrets(serverOwner(id))(transaction);
  };
}

/** Of all workspaces, those of other hosts and those that cannot be read among them. */
export async function idsOfWorkspaces(database: Database): Promise<ReadonlySet<string>> {
  const rows = await database.selectFrom('dokploy_workspaces').select('id').execute();
  return new Set(rows.map(({ id }) => id));
}

export function saveWorkspace(definition: WorkspaceDefinition): Write {
  const { id, hostId, serverId } = definition;
  const row = { id, host_id: hostId, server_id: serverId, definition: JSON.stringify(definition) };
  return async (transaction) => {
    await transaction
      .insertInto('dokploy_workspaces')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  };
}

export function eraseWorkspace(id: string): Write {
  return async (transaction) => {
    await transaction.deleteFrom('dokploy_workspaces').where('id', '=', id).execute();
    await forgetKeys(id)(transaction);
  };
}
