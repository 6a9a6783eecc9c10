import { messageOf } from '../errors.ts';
import type { Write } from '../events/journal.ts';
import type { Database } from '../store/schema.ts';
import type { Job } from './types.ts';

export interface StoredJob {
  readonly job: Job;
  readonly plan: unknown;
  /** How often a daemon began it. */
  readonly attempts: number;
}

/** Jobs of this host, oldest first. A row that cannot be read is reported and left out. */
export async function readJobs(
  database: Database,
  hostId: string,
  onProblem: (error: unknown) => void,
): Promise<readonly StoredJob[]> {
  const rows = await database.selectFrom('jobs').selectAll().where('host_id', '=', hostId).orderBy('id').execute();
  return rows.flatMap((row) => {
    try {
      const job = JSON.parse(row.job) as Job;
      if (job.id !== row.id || typeof job.state.status !== 'string') throw new Error('it is of another shape');
      return { job, plan: JSON.parse(row.plan) as unknown, attempts: row.attempts };
    } catch (error) {
      onProblem(new Error(`What is stored of the job ${row.id} cannot be read: ${messageOf(error)}`));
      return [];
    }
  });
}

export function saveJob({ job, plan, attempts }: StoredJob): Write {
  const row = {
    id: job.id,
    host_id: job.hostId,
    resource_id: job.resourceId,
    job: JSON.stringify(job),
    plan: JSON.stringify(plan),
    attempts,
  };
  return async (transaction) => {
    await transaction
      .insertInto('jobs')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  };
}

export function eraseJobs(ids: readonly string[]): Write {
  return async (transaction) => {
    await transaction.deleteFrom('jobs').where('id', 'in', ids).execute();
  };
}
