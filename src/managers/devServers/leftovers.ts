import type { ResourceLog } from '../shared/logs/types.ts';
import type { RunRecord } from '../shared/processes/types.ts';
import type { DevServerContext } from './context.ts';
import type { DevServerDefinition } from './model.ts';
import { isDevServer, isOfProject, partOf, resourceOf } from './resource.ts';

const graceMs = 5000;

export interface Leftovers {
  /** Processes of what is wanted: they are taken over. */
  readonly adoptable: readonly RunRecord[];
  /** Builds, which begin anew, and what nobody wants any more. */
  readonly strays: readonly RunRecord[];
}

/** What former daemons of this host started of dev servers, as they wrote it down. */
export async function readLeftovers({
  hostId,
  runRecords,
}: Pick<DevServerContext, 'hostId' | 'runRecords'>): Promise<readonly RunRecord[]> {
  const records = await runRecords.list();
  return records.filter((record) => record.hostId === hostId && isDevServer(record));
}

export function leftoversOf({ id, plan, wanted }: DevServerDefinition, records: readonly RunRecord[]): Leftovers {
  const own = records.filter((record) => isOfProject(record, id));
  const isAdoptable = ({ resource }: RunRecord): boolean =>
    wanted && plan.processes.some(({ name }) => resource === resourceOf(id, name));
  return { adoptable: own.filter(isAdoptable), strays: own.filter((record) => !isAdoptable(record)) };
}

/** Ends runs, and takes up what they wrote. `log`: of their project, while there is one. Faults are reported. */
export async function endStrays(
  { onProblem, processes, runRecords }: Pick<DevServerContext, 'onProblem' | 'processes' | 'runRecords'>,
  strays: readonly RunRecord[],
  log?: ResourceLog,
): Promise<void> {
  const end = async (record: RunRecord): Promise<void> => {
    const { runId } = record;
    await log?.resumeRun(runId, { label: partOf(record) }).catch(onProblem);
    const process = await processes.adopt(record);
    if (process === undefined) await processes.endLeftovers(record, graceMs);
    else await process.stop(graceMs);
    await log?.endRun(runId).catch(onProblem);
    await runRecords.remove(runId);
  };
  await Promise.all(strays.map((record) => end(record).catch(onProblem)));
}
