import { DevyardError, messageOf } from '../shared/errors.ts';
import type { Write } from '../shared/events/journal.ts';
import { forgetKeys } from '../shared/idempotency.ts';
import { forgetSecrets } from '../shared/secrets/secrets.ts';
import type { CodeServerContext } from './context.ts';
import type { CodeServerDefinition, CodeServerState } from './model.ts';
import { secretOwner } from './password.ts';
import { parseDefinition, parseState } from './stored.ts';

export interface StoredCodeServer {
  readonly definition: CodeServerDefinition;
  readonly state: CodeServerState;
  readonly runId: string | undefined;
}

/** Every stored code-server of this host, oldest first. A row that cannot be read is reported and left as it is. */
export async function readCodeServers(
  context: Pick<CodeServerContext, 'database' | 'hostId' | 'onProblem'>,
): Promise<readonly StoredCodeServer[]> {
  const rows = await context.database
    .selectFrom('code_servers')
    .selectAll()
    .where('host_id', '=', context.hostId)
    .orderBy('id')
    .execute();
  return rows.flatMap((row) => {
    try {
      return {
        definition: parseDefinition(row.definition),
        state: parseState(row.state),
        runId: row.run_id ?? undefined,
      };
    } catch (error) {
      const message = `What is stored of the code-server ${row.id} cannot be read: ${messageOf(error)}`;
      const hint = 'It is taken from its own folder (server.json), if that can be read.';
      context.onProblem(new DevyardError('store-corrupt', message, { hint, cause: error }));
      return [];
    }
  });
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
    await forgetKeys(id)(transaction);
    await forgetSecrets(secretOwner(id))(transaction);
  };
}
