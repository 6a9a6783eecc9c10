import { homedir } from 'node:os';
import { join } from 'node:path';
import { DevServerManager } from '../managers/devServers/manager.ts';
import { TrustStore } from '../managers/devServers/trust.ts';
import type { Clock } from '../managers/shared/clock.ts';
import type { Journal } from '../managers/shared/events/journal.ts';
import type { Secrets } from '../managers/shared/secrets/secrets.ts';
import type { Settings } from '../managers/shared/settings.ts';
import type { Database } from '../managers/shared/store/schema.ts';
import { probe, send } from './loopbackHttp.ts';
import type { Machine } from './machine.ts';
import type { DaemonEvent } from './model.ts';

interface Surroundings {
  /** Where this program's parts lie now. */
  readonly bundleDir: () => string;
  readonly clock: Clock;
  readonly database: Database;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly hostId: string;
  readonly journal: Journal<DaemonEvent>;
  readonly machine: Machine;
  readonly report: (thrown: unknown) => void;
  readonly secrets: Secrets;
  readonly settings: () => Settings;
  readonly sockets: string;
}

export async function wireDevServers(around: Surroundings): Promise<DevServerManager> {
  const { bundleDir, clock, database, env, hostId, journal, machine, report, secrets, settings, sockets } = around;
  const { logs, platform, ports, processes, runRecords } = machine;
  const context = {
    hostId,
    platform,
    clock,
    random: Math.random,
    database,
    sealed: {
      seal: (id: string, text: string) => secrets.seal(`devServer:${id}`, 'plan', text),
      unseal: (id: string, sealed: string) => secrets.unseal(`devServer:${id}`, 'plan', sealed),
    },
    journal,
    logs,
    ports,
    processes,
    runRecords,
    http: { probe, send },
    settings,
    env,
    home: homedir(),
    sockets,
    terminalHolder: () => ({ execPath: process.execPath, file: join(bundleDir(), 'terminalHolder.js') }),
    onProblem: report,
  };
  return new DevServerManager(context, await TrustStore.open(database, clock));
}
