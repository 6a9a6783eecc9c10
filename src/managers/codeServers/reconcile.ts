import { join } from 'node:path';
import type { RunningProcess, RunRecord } from '../shared/processes/types.ts';
import type { CodeServerContext } from './context.ts';
import { eraseAside, idsSetAside, notErased, takeBack } from './erase.ts';
import { definitionsOnDisk } from './home.ts';
import type { CodeServerDefinition } from './model.ts';
import type { ManagedServer } from './managedServer.ts';
import { type CodeServerManager, logKey } from './manager.ts';
import { eraseCodeServer, readCodeServers, type StoredCodeServer } from './repository.ts';

const stopGraceMs = 5000;
const resource = (id: string): string => `codeServer:${id}`;

/**
 * Brings what is stored together with what really runs, after an end of the former daemon at any moment: adopts each process
 * whose identity matches, calls stopped what is gone, takes up servers that only their own folder still knows, and ends
 * processes that belong to nothing.
 */
export async function reconcile(manager: CodeServerManager): Promise<void> {
  const { context } = manager;
  const records = (await context.runRecords.list()).filter(
    (record) => record.hostId === context.hostId && record.resource.startsWith(resource('')),
  );
  const stored = await finishDeletions(context);
  const known = new Set<string>();
  await Promise.all(
    stored.map(async (entry) => {
      known.add(entry.definition.id);
      // What is wrong with one server must not keep the others, and the daemon, from serving.
      await takeUp(manager, entry, records).catch(context.onProblem);
    }),
  );
  for (const definition of await definitionsOnDisk(context.homes)) {
    if (known.has(definition.id)) continue;
    known.add(definition.id);
    const recovered = { ...definition, hostId: context.hostId };
    await recover(manager, recovered, records).catch(context.onProblem);
  }

  const strays = records.filter((record) => !known.has(record.resource.slice(resource('').length)));
  await Promise.all(strays.map((record) => endStray(context, record).catch(context.onProblem)));
}

/** Ends what a killed daemon had begun to delete; gives the servers that are left. */
async function finishDeletions(context: CodeServerContext): Promise<readonly StoredCodeServer[]> {
  const { homes, journal, logs, onProblem, workspaces } = context;
  const decided = new Set(await idsSetAside(homes));
  const stored = await readCodeServers(context);
  const left = stored.filter(({ definition }) => !decided.has(definition.id));
  for (const id of decided) {
    await journal.observe({ type: 'codeServer.deleted', id }, eraseCodeServer(id));
    await logs.remove(logKey(id)).catch(onProblem);
    await eraseAside(homes, id).catch((error: unknown) => onProblem(notErased(join(homes, id), error)));
  }
  for (const id of await idsSetAside(workspaces)) {
    const wanted = left.some(({ definition }) => definition.id === id);
    const done = wanted ? takeBack(workspaces, id) : eraseAside(workspaces, id);
    await done.catch((error: unknown) => onProblem(notErased(join(workspaces, id), error)));
  }
  return left;
}

async function takeUp(
  manager: CodeServerManager,
  entry: StoredCodeServer,
  records: readonly RunRecord[],
): Promise<void> {
  const server = await manager.load(entry);
  if (entry.state.status === 'creating') {
    // What it still needs is in its job, which goes on when all servers are there.
    if (manager.context.jobs.hasUnfinished(entry.definition.id)) return;
    await server.finishCreation();
  }
  await settle(manager.context, server, entry.runId, records);
}

/** Takes up a server that only its own folder still knows. */
async function recover(
  manager: CodeServerManager,
  definition: CodeServerDefinition,
  records: readonly RunRecord[],
): Promise<void> {
  const server = await manager.load({ definition, state: { status: 'stopped' }, runId: undefined });
  await server.record.redefine(definition);
  await settle(manager.context, server, undefined, records);
}

async function settle(
  context: CodeServerContext,
  server: ManagedServer,
  storedRun: string | undefined,
  records: readonly RunRecord[],
): Promise<void> {
  const own = records.filter((record) => record.resource === resource(server.record.definition.id));
  const newestFirst = own.toSorted((a, b) => b.intendedAt - a.intendedAt);
  let resumed = false;
  for (const record of newestFirst) {
    const process = await context.processes.adopt(record);
    if (process !== undefined && !resumed) {
      resumed = true;
      await server.resume(process, record);
      await context.runRecords.writeStarted(record, process.identity);
      continue;
    }
    await endRun(context, record, process);
  }
  if (!resumed) await server.settle(newestFirst[0]?.runId ?? storedRun);
}

async function endStray(context: CodeServerContext, record: RunRecord): Promise<void> {
  await endRun(context, record, await context.processes.adopt(record));
}

async function endRun(
  context: CodeServerContext,
  record: RunRecord,
  process: RunningProcess | undefined,
): Promise<void> {
  if (process === undefined) await context.processes.endLeftovers(record, stopGraceMs);
  else await process.stop(stopGraceMs);
  await context.runRecords.remove(record.runId);
}
