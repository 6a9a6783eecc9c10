import { randomUUID } from 'node:crypto';
import { rm, rmdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { socketHealthProbe } from './api/client/healthProbe.ts';
import type { DaemonInfo } from './api/contract/daemon.ts';
import { type DaemonFile, isNewer } from './api/contract/discovery.ts';
import { apiVersion } from './api/contract/routes.ts';
import type { MetricsSample } from './api/server/deps.ts';
import { createGates } from './api/server/gate/gates.ts';
import { createApiServer } from './api/server/server.ts';
import { build } from './build.ts';
import { EngineManager } from './managers/codeServers/engine/engines.ts';
import { removePartial } from './managers/codeServers/engine/install.ts';
import { CodeServerManager } from './managers/codeServers/manager.ts';
import type { CodeServerEvent, Engine } from './managers/codeServers/model.ts';
import { reconcile } from './managers/codeServers/reconcile.ts';
import { systemClock } from './managers/shared/clock.ts';
import { exitOnCrash } from './managers/shared/crash.ts';
import { DaemonLog } from './managers/shared/daemonLog.ts';
import { Emitter } from './managers/shared/emitter.ts';
import { DevyardError } from './managers/shared/errors.ts';
import { Journal } from './managers/shared/events/journal.ts';
import { makePrivateDir, writeFileAtomic } from './managers/shared/files.ts';
import { hostIdFrom } from './managers/shared/hostId.ts';
import { IdleExit } from './managers/shared/idleExit.ts';
import { type Locations, locationsOf, socketFolder } from './managers/shared/locations.ts';
import { takeLock } from './managers/shared/lock.ts';
import { openLogStore } from './managers/shared/logs/logStore.ts';
import { MetricsSampler } from './managers/shared/metrics/treeMetrics.ts';
import { PortAllocator } from './managers/shared/ports/allocator.ts';
import { describePortHolder } from './managers/shared/ports/holder.ts';
import { currentPlatform } from './managers/shared/processes/platform.ts';
import { type Problem, Problems } from './managers/shared/problems.ts';
import { Processes } from './managers/shared/processes/processes.ts';
import { RunRecords } from './managers/shared/processes/runRecords.ts';
import { keepRuntime } from './managers/shared/runtime.ts';
import { secretFromFile } from './managers/shared/secretFile.ts';
import { type Settings, SettingsFile } from './managers/shared/settings.ts';
import { openStore, putAside } from './managers/shared/store/store.ts';

export interface DaemonOptions {
  readonly dataDir: string;
  /** Folder of the running bundle. */
  readonly bundleDir: string;
  /** Also listen on TCP. */
  readonly listen?: { readonly host: string; readonly port: number } | undefined;
  /** Holds the bearer token, or gets a new one; default: `token` in the data directory. */
  readonly tokenFile?: string | undefined;
  /** End by itself when nobody uses it. Milliseconds without a client and without a process. */
  readonly idleExitMs?: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface RunningDaemon {
  readonly url: string | null;
  readonly socket: string;
  /** Settles when the daemon has ended in good order and this process may exit. */
  readonly ended: Promise<void>;
  /** Ends the daemon. What runs goes on unless `endRunning`. */
  end(options: { readonly endRunning: boolean }): Promise<void>;
}

type DaemonEvent =
  | CodeServerEvent
  | { readonly type: 'engine.changed'; readonly engine: Engine }
  | { readonly type: 'settings.changed'; readonly settings: Settings }
  | { readonly type: 'problem'; readonly problem: Problem };

const answerMs = 1000;
const noWrite = async (): Promise<void> => undefined;

/**
 * Becomes the daemon of a data directory: takes the lock, opens the store, adopts what runs, serves.
 * Throws `conflict` when there is one already, and whatever keeps it from serving.
 */
export async function runDaemon(options: DaemonOptions): Promise<RunningDaemon> {
  const { dataDir, env } = options;
  await makePrivateDir(dataDir);
  const places = locationsOf(dataDir);
  const lock = takeLock(places.lock);
  try {
    return await serve(options, places, env, () => lock.release());
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function serve(
  options: DaemonOptions,
  places: Locations,
  env: DaemonOptions['env'],
  releaseLock: () => void,
): Promise<RunningDaemon> {
  const clock = systemClock;
  const startedAt = clock.now();
  const log = new DaemonLog(places.daemonLog);
  log.info(
    `Devyard ${build.version} (build ${String(build.build)}) starts: pid ${String(process.pid)}, Node.js ${process.version}.`,
  );

  exitOnCrash(log);
  const problems = new Problems(clock);
  const report = (thrown: unknown): void => {
    log.error(thrown);
    problems.add(thrown);
  };

  const platform = currentPlatform();
  const [hostId, token, cookieKey, sockets] = await Promise.all([
    hostIdFrom(places.hostIdFile),
    secretFromFile(options.tokenFile ?? places.tokenFile),
    secretFromFile(places.cookieKeyFile, 'cookie key'),
    socketFolder(places, env),
  ]);
  await Promise.all([places.codeServers, places.workspaces, places.runs, places.logs].map(makePrivateDir));
  await removePartial(places.tools);

  const socket = process.platform === 'win32' ? `\\\\.\\pipe\\devyard-${randomUUID()}` : join(sockets, 'd.sock');
  // The lock is enough where locks work; on a file system where they do not, the other daemon still answers.
  if (await socketHealthProbe.healthy(socket, answerMs))
    throw new DevyardError('conflict', 'Another Devyard daemon answers for this data directory.', {
      hint: 'Use it, or stop it with `devyard stop`.',
    });

  const store = await openStore({ file: places.database, backups: places.backups, now: startedAt });
  const journal = await Journal.open<DaemonEvent>(store.database, { clock, onProblem: report });
  problems.on((problem) => void journal.observe({ type: 'problem', problem }, noWrite));
  if (store.quarantined !== undefined) report(putAside(store.quarantined));

  const settings = await SettingsFile.open(places.settingsFile, report, startedAt);
  const processes = new Processes({ platform, hostId, clock, warn: (message) => log.warn(message) });
  const runRecords = new RunRecords(places.runs);
  const sampler = new MetricsSampler({
    platform,
    clock,
    cores: availableParallelism(),
    selfPid: process.pid,
    warn: (message) => log.warn(message),
  });
  const logs = await openLogStore({ dir: places.logs, clock, onProblem: (message) => report(new Error(message)) });
  const gates = createGates({
    token,
    cookieKey: Buffer.from(cookieKey),
    onProblem: (message) => log.warn(message),
    clock,
  });
  const engines = new EngineManager({
    clock,
    tools: places.tools,
    configured: () => settings.get().codeServerPath,
    env,
    machine: process,
    onLine: (line) => log.info(`[install] ${line}`),
    onWarning: report,
  });

  let clients = 0;
  const codeServers = new CodeServerManager({
    hostId,
    bootId: platform.bootId,
    clock,
    database: store.database,
    journal,
    logs,
    ports: new PortAllocator(describePortHolder),
    processes,
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
    metrics: sampler,
    gate: gates,
    probe: socketHealthProbe,
    engines,
    settings: () => settings.get(),
    watched: () => clients > 0,
    env,
    homes: places.codeServers,
    workspaces: places.workspaces,
    sockets,
    onProblem: report,
  });
  await reconcile(codeServers);
  engines.onChange((engine) => void journal.observe({ type: 'engine.changed', engine }, noWrite));
  settings.onChange((changed) => {
    void journal.observe({ type: 'settings.changed', settings: changed }, noWrite);
    void engines.refresh().catch(report);
  });

  const samples = new Emitter<MetricsSample>(report);
  sampler.on((metrics) => {
    if (clients === 0) return;
    for (const [runId, sample] of metrics) {
      const id = codeServers.ofRun(runId);
      if (id !== undefined) samples.emit({ id, metrics: sample });
    }
  });

  let settleEnded: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (settleEnded = resolve));
  let ending: Promise<void> | undefined;
  const end = ({ endRunning }: { readonly endRunning: boolean }): Promise<void> => {
    ending ??= (async () => {
      idle?.end();
      log.info(endRunning ? 'Ends, with everything that runs.' : 'Ends; what runs goes on.');
      await engines.cancelInstall().catch(report);
      if (endRunning) await codeServers.stopAll();
      await rm(places.daemonFile, { force: true });
      await api.close();
      await codeServers.letGo();
      await gates.closeAll();
      sampler.dispose();
      processes.dispose();
      await logs.close();
      await journal.close();
      await store.close();
      // Stays while there are sockets of what goes on running.
      await rmdir(sockets).catch(() => undefined);
      log.info('Ended.');
      releaseLock();
      settleEnded();
    })().catch((error: unknown) => {
      // Whatever went wrong, this process is about to be gone; the next daemon makes sense of what it left.
      log.error(error);
      releaseLock();
      settleEnded();
    });
    return ending;
  };
  /** Lets the answer to the request that asked for the end be sent first. */
  const endSoon = (endRunning: boolean): void => void setImmediate(() => void end({ endRunning }));

  const urls: string[] = [];
  const bin = places.bin;
  const info = (): DaemonInfo => ({
    ...build,
    apiVersion,
    pid: process.pid,
    startedAt,
    hostId,
    dataDir: places.dataDir,
    logFile: places.daemonLog,
    runtime: `${process.execPath} ${process.version}`,
    socket,
    urls,
    binDir: bin,
    problems: problems.list,
  });

  const api = await createApiServer({
    codeServers,
    engines,
    events: journal,
    onMetrics: samples.on,
    settings,
    daemon: {
      info,
      log: (lines) => log.tail(lines),
      async handOver(newer) {
        if (!isNewer(newer, build)) {
          throw new DevyardError('conflict', `This daemon (${build.version}) is not older than ${newer.version}.`, {
            hint: 'Reload the window to use this daemon.',
          });
        }
        endSoon(false);
      },
      async stop({ endRunning }) {
        endSoon(endRunning);
      },
    },
    tickets: gates,
    passages: gates,
    token,
    onClients(count) {
      const began = count > 0 && clients === 0;
      clients = count;
      sampler.watched = count > 0;
      idle?.touch();
      if (began) codeServers.poke();
    },
    onProblem: (message) => log.warn(message),
    clock,
  });
  await api.listenSocket(socket);
  if (options.listen !== undefined) urls.push(await api.listenTcp(options.listen.host, options.listen.port));
  await keepRuntime({
    bundleDir: options.bundleDir,
    runtimes: places.runtimes,
    bin,
    ...build,
    execPath: process.execPath,
  }).catch(report);

  const identity = await platform.identify(process.pid);
  const file: DaemonFile = {
    socket,
    token,
    pid: process.pid,
    startTime: identity?.startTime ?? 'unknown',
    ...build,
    apiVersion,
  };
  await writeFileAtomic(places.daemonFile, `${JSON.stringify(file)}\n`);
  const idle =
    options.idleExitMs === undefined
      ? undefined
      : new IdleExit({
          clock,
          idleMs: options.idleExitMs,
          inUse: () => clients > 0 || codeServers.runningCount > 0 || engines.installing,
          exit: () => void end({ endRunning: false }),
        });
  log.info(`Serves on ${[socket, ...urls].join(', ')}.`);
  return { url: urls[0] ?? null, socket, ended, end };
}
