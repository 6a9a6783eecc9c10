import * as z from 'zod';
import { DevyardError, messageOf } from '../shared/errors.ts';
import type { Write } from '../shared/events/journal.ts';
import type { DevServerContext } from './context.ts';
import type { DevServerDefinition } from './model.ts';
import type { ProjectPlan } from './plan.ts';

/** The plan was made by this program and is read as a whole or not at all: a part that is missing means an older version. */
const planSchema = z.custom<ProjectPlan>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    'root' in value &&
    Array.isArray((value as { processes?: unknown }).processes) &&
    Array.isArray((value as { builds?: unknown }).builds),
);

const definitionSchema = z.object({
  id: z.uuid(),
  hostId: z.string(),
  createdAt: z.number(),
  pluginId: z.string(),
  folder: z.string(),
  manifest: z.string().nullable(),
  plan: z.string(),
  planHash: z.string(),
  ports: z.record(z.string(), z.number()),
  wanted: z.boolean(),
  byWindow: z.boolean(),
  debug: z.boolean(),
  installing: z.boolean().optional(),
});

/** Every stored project of this host, oldest first. A row that cannot be read is reported and left as it is. */
export async function readDevServers(
  context: Pick<DevServerContext, 'database' | 'hostId' | 'onProblem' | 'sealed'>,
): Promise<readonly DevServerDefinition[]> {
  const rows = await context.database
    .selectFrom('dev_servers')
    .selectAll()
    .where('host_id', '=', context.hostId)
    .orderBy('id')
    .execute();
  return rows.flatMap((row) => {
    try {
      const { plan, ...definition } = definitionSchema.parse(JSON.parse(row.definition));
      const opened: unknown = JSON.parse(context.sealed.unseal(row.id, plan));
      return { ...definition, plan: planSchema.parse(opened) };
    } catch (error) {
      const message = `What is stored of the dev server ${row.id} cannot be read: ${messageOf(error)}`;
      context.onProblem(new DevyardError('store-corrupt', message, { hint: 'Add its folder again.', cause: error }));
      return [];
    }
  });
}

/** The plan is sealed: what it takes out of the environment is expanded in it. */
export function saveDevServer(definition: DevServerDefinition, sealed: DevServerContext['sealed']): Write {
  const { hostId, id } = definition;
  const stored = { ...definition, plan: sealed.seal(id, JSON.stringify(definition.plan)) };
  const row = { id, host_id: hostId, definition: JSON.stringify(stored) };
  return async (transaction) => {
    await transaction
      .insertInto('dev_servers')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  };
}

export function eraseDevServer(id: string): Write {
  return async (transaction) => {
    await transaction.deleteFrom('dev_servers').where('id', '=', id).execute();
  };
}
