import { healthProbe } from '../api/client/healthProbe.ts';
import { createGates, type Gates } from '../api/server/gate/gates.ts';
import { EngineManager } from '../managers/codeServers/engine/engines.ts';
import { CodeServerManager } from '../managers/codeServers/manager.ts';
import type { Clock } from '../managers/shared/clock.ts';
import type { DaemonLog } from '../managers/shared/daemonLog.ts';
import type { Journal } from '../managers/shared/events/journal.ts';
import type { Jobs } from '../managers/shared/jobs/jobs.ts';
import type { Locations } from '../managers/shared/locations.ts';
import type { Secrets } from '../managers/shared/secrets/secrets.ts';
import type { Settings } from '../managers/shared/settings.ts';
import type { Database } from '../managers/shared/store/schema.ts';
import type { Devbox } from './devbox.ts';
import type { Machine } from './machine.ts';
import type { DaemonEvent } from './model.ts';

export interface Surroundings {
  readonly clock: Clock;
  readonly cookieKey: Buffer;
  readonly database: Database;
  readonly devbox: Devbox;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly hostId: string;
  readonly jobs: Jobs;
  readonly journal: Journal<DaemonEvent>;
  readonly log: DaemonLog;
  readonly machine: Machine;
  readonly places: Locations;
  readonly report: (thrown: unknown) => void;
  readonly secrets: Secrets;
  readonly settings: () => Settings;
  readonly sockets: string;
  readonly token: string;
  readonly watched: () => boolean;
}

/** Everything that code-servers need of this machine. */
export interface CodeServerParts {
  readonly codeServers: CodeServerManager;
  readonly engines: EngineManager;
  readonly gates: Gates;
}

const watchedIntervalMs = 5000;

export async function wireCodeServers(around: Surroundings): Promise<CodeServerParts> {
  const { clock, devbox, env, hostId, log, machine, places, report, settings } = around;
  const warn = (message: string): void => log.warn(message);
  const { logs, platform, ports, processes, runRecords, sampler } = machine;
  const gates = createGates({ token: around.token, cookieKey: around.cookieKey, onProblem: warn, clock });
  const engines = new EngineManager({
    clock,
    tools: places.tools,
    configured: () => settings().codeServerPath,
    env,
    machine: process,
    onLine: (line) => log.info(`[install] ${line}`),
    onWarning: report,
  });
  const codeServers = new CodeServerManager({
    hostId,
    bootId: platform.bootId,
    clock,
    database: around.database,
    journal: around.journal,
    logs,
    ports,
    processes,
    runRecords,
    metrics: sampler,
    gate: gates,
    probe: healthProbe,
    secrets: around.secrets,
    engines,
    jobs: around.jobs,
    catalog: devbox.catalog,
    darkMode: devbox.darkMode,
    settings: () => ({ ...settings(), portRange: devbox.portRange(settings()) }),
    watched: around.watched,
    watchedIntervalMs: () => devbox.refreshMs() ?? watchedIntervalMs,
    env,
    homes: places.codeServers,
    workspaces: places.workspaces,
    sockets: around.sockets,
    onProblem: report,
  });
  return { codeServers, engines, gates };
}
