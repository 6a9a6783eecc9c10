import { availableParallelism } from 'node:os';
import type { Clock } from '../managers/shared/clock.ts';
import type { DaemonLog } from '../managers/shared/daemonLog.ts';
import { DevyardError } from '../managers/shared/errors.ts';
import type { Locations } from '../managers/shared/locations.ts';
import { openLogStore } from '../managers/shared/logs/logStore.ts';
import type { LogStore } from '../managers/shared/logs/types.ts';
import { MetricsSampler } from '../managers/shared/metrics/treeMetrics.ts';
import { PortAllocator } from '../managers/shared/ports/allocator.ts';
import { describePortHolder } from '../managers/shared/ports/holder.ts';
import { currentPlatform } from '../managers/shared/processes/platform.ts';
import { Processes } from '../managers/shared/processes/processes.ts';
import { RunRecords } from '../managers/shared/processes/runRecords.ts';
import type { ProcessPlatform, RunRecordStore } from '../managers/shared/processes/types.ts';

/** What all that runs on this machine shares: its processes, their records and logs, and the ports. */
export interface Machine {
  readonly platform: ProcessPlatform;
  readonly processes: Processes;
  readonly runRecords: RunRecordStore;
  readonly logs: LogStore;
  readonly ports: PortAllocator;
  readonly sampler: MetricsSampler;
}

interface Around {
  readonly clock: Clock;
  readonly hostId: string;
  readonly log: DaemonLog;
  readonly places: Locations;
  readonly report: (thrown: unknown) => void;
}

export async function machineOf({ clock, hostId, log, places, report }: Around): Promise<Machine> {
  const platform = currentPlatform();
  const warn = (message: string): void => log.warn(message);
  const runRecords = new RunRecords(places.runs);
  return {
    platform,
    processes: new Processes({ platform, hostId, clock, warn }),
    runRecords: {
      writeIntent: (record) => runRecords.writeIntent(record),
      writeStarted: (record, identity) => runRecords.writeStarted(record, identity),
      remove: (runId) => runRecords.remove(runId),
      async list() {
        const { records, corrupt } = await runRecords.list();
        for (const { file, reason } of corrupt) {
          report(
            new DevyardError('store-corrupt', `A run file could not be read and was put aside as ${file}: ${reason}`),
          );
        }
        return records;
      },
    },
    logs: await openLogStore({ dir: places.logs, clock, onProblem: (message) => report(new Error(message)) }),
    ports: new PortAllocator(describePortHolder),
    sampler: new MetricsSampler({ platform, clock, cores: availableParallelism(), selfPid: process.pid, warn }),
  };
}
