import { randomUUID } from 'node:crypto';
import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DaemonInfo } from './api/contract/daemon.ts';
import { isNewer } from './api/contract/discovery.ts';
import { apiVersion } from './api/contract/routes.ts';
import type { PassingEvent } from './api/server/deps.ts';
import { createApiServer } from './api/server/server.ts';
import { build } from './build.ts';
import { keepAutoStartMark } from './daemon/autoStart.ts';
import { wireCodeServers } from './daemon/codeServers.ts';
import { requireNobodyAt, writeDaemonFile } from './daemon/daemonFile.ts';
import { devboxOf } from './daemon/devbox.ts';
import { wireDokploy } from './daemon/dokploy.ts';
import { foundationsOf } from './daemon/foundations.ts';
import { machineOf } from './daemon/machine.ts';
import { wireDevServers } from './daemon/devServers.ts';
import type { DaemonEvent, DaemonOptions, RunningDaemon } from './daemon/model.ts';
import { eraseUploads } from './daemon/uploads.ts';
import { DevboxConfigFile } from './managers/codeServers/config/devboxConfig.ts';
import { removePartial } from './managers/codeServers/engine/install.ts';
import { reconcile } from './managers/codeServers/reconcile.ts';
import { systemClock } from './managers/shared/clock.ts';
import { exitOnCrash } from './managers/shared/crash.ts';
import { DaemonLog } from './managers/shared/daemonLog.ts';
import { Emitter } from './managers/shared/emitter.ts';
import { DevyardError } from './managers/shared/errors.ts';
import { Journal } from './managers/shared/events/journal.ts';
import { makePrivateDir } from './managers/shared/files.ts';
import { IdleExit } from './managers/shared/idleExit.ts';
import { Jobs } from './managers/shared/jobs/jobs.ts';
import { type Locations, locationsOf } from './managers/shared/locations.ts';
import { takeLock } from './managers/shared/lock.ts';
import { Problems } from './managers/shared/problems.ts';
import { keepRuntime } from './managers/shared/runtime.ts';
import { Secrets } from './managers/shared/secrets/secrets.ts';
import { SettingsFile } from './managers/shared/settings.ts';
import { openStore, putAside } from './managers/shared/store/store.ts';

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

  const { hostId, token, cookieKey, sockets } = await foundationsOf(places, {
    tokenFile: options.tokenFile,
    env,
    startedAt,
    onProblem: report,
  });
  await Promise.all([places.codeServers, places.workspaces, places.runs, places.logs, places.ssh].map(makePrivateDir));
  await removePartial(places.tools);

  const socket = process.platform === 'win32' ? `\\\\.\\pipe\\devyard-${randomUUID()}` : join(sockets, 'd.sock');
  await requireNobodyAt(socket);

  const store = await openStore({ file: places.database, backups: places.backups, now: startedAt });
  const journal = await Journal.open<DaemonEvent>(store.database, { clock, onProblem: report });
  problems.on((problem) => void journal.observe({ type: 'problem', problem }, noWrite));
  if (store.quarantined !== undefined) report(putAside(store.quarantined));

  const secrets = await Secrets.open({
    database: store.database,
    keyFile: places.secretsKeyFile,
    now: startedAt,
    onProblem: report,
  });
  const settings = await SettingsFile.open(places.settingsFile, report, startedAt);
  const devboxFile = await DevboxConfigFile.open({
    environment: env['DEVBOX_CONFIG_PATH'],
    setting: () => settings.get().devboxConfigPath,
    dataDir: places.dataDir,
    clock,
    onProblem: report,
  });
  const devbox = devboxOf(devboxFile, () => settings.get());
  const jobs = new Jobs({ hostId, clock, database: store.database, journal, onProblem: report });
  await jobs.load();

  let clients = 0;
  let { bundleDir } = options;
  const machine = await machineOf({ clock, hostId, log, places, report });
  const { logs, processes, sampler } = machine;
  const { codeServers, engines, gates } = await wireCodeServers({
    clock,
    cookieKey: Buffer.from(cookieKey),
    database: store.database,
    devbox,
    env,
    hostId,
    jobs,
    journal,
    log,
    machine,
    places,
    report,
    secrets,
    settings: () => settings.get(),
    sockets,
    token,
    watched: () => clients > 0,
  });
  await reconcile(codeServers);
  const devServers = await wireDevServers({
    bundleDir: () => bundleDir,
    clock,
    database: store.database,
    env,
    hostId,
    journal,
    machine,
    report,
    secrets,
    settings: () => settings.get(),
    sockets,
  });
  await devServers.load();
  const passing = new Emitter<PassingEvent>(report);
  const dokploy = await wireDokploy({
    clock,
    database: store.database,
    env,
    hostId,
    jobs,
    journal,
    onChecked: (id, at) => passing.emit({ type: 'dokploy.checked', id, at }),
    onProblem: report,
    places,
    secrets,
  });
  await eraseUploads(places.uploads, jobs.list()).catch(report);
  engines.onChange((engine) => void journal.observe({ type: 'engine.changed', engine }, noWrite));
  settings.onChange((changed) => {
    void journal.observe({ type: 'settings.changed', settings: changed }, noWrite);
    void engines.refresh().catch(report);
    void devboxFile.refresh().catch(report);
  });
  devboxFile.onChange(() => {
    void journal.observe({ type: 'config.changed' }, noWrite);
    sampler.watchedMs = devbox.refreshMs();
  });
  sampler.watchedMs = devbox.refreshMs();

  sampler.on((metrics) => {
    for (const [runId, sample] of metrics) {
      const id = codeServers.measured(runId, sample);
      if (id !== undefined && clients > 0) passing.emit({ type: 'codeServer.metrics', id, metrics: sample });
    }
  });
  jobs.onProgress((job) => passing.emit({ type: 'job.progress', job }));

  let settleEnded: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (settleEnded = resolve));
  let ending: Promise<void> | undefined;
  const end = ({ endRunning }: { readonly endRunning: boolean }): Promise<void> => {
    ending ??= (async () => {
      idle?.end();
      log.info(endRunning ? 'Ends, with everything that runs.' : 'Ends; what runs goes on.');
      devServers.ignoreWindows();
      await engines.cancelInstall().catch(report);
      await jobs.suspend();
      devboxFile.close();
      if (endRunning) await Promise.all([codeServers.stopAll(), devServers.stopAll()]);
      await rm(places.daemonFile, { force: true });
      await api.close();
      await Promise.all([codeServers.letGo(), devServers.letGo(), dokploy.letGo()]);
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
    devServers,
    dokploy,
    engines,
    events: journal,
    jobs,
    config: devbox,
    uploads: {
      dir: places.uploads,
      async limits() {
        const { maxUploadSizeMb, supportedArchiveTypes } = devboxFile.current().config;
        return { maxBytes: Math.floor(maxUploadSizeMb * 1_048_576), types: supportedArchiveTypes };
      },
    },
    onTransient: passing.on,
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
    onWindows: (count) => devServers.windows(count),
    onProblem: (message) => log.warn(message),
    clock,
  });
  await api.listenSocket(socket);
  if (options.listen !== undefined) {
    const { host, port = devboxFile.current().config.defaultPort } = options.listen;
    urls.push(await api.listenTcp(host, port));
  }
  // The editor may delete the folder that this daemon was started from.
  bundleDir = await keepRuntime({
    bundleDir,
    runtimes: places.runtimes,
    bin,
    ...build,
    execPath: process.execPath,
  }).catch((error: unknown) => {
    report(error);
    return bundleDir;
  });

  await writeDaemonFile(places.daemonFile, { socket, token }, machine.platform);
  const idle =
    options.idleExitMs === undefined
      ? undefined
      : new IdleExit({
          clock,
          idleMs: options.idleExitMs,
          inUse: () =>
            clients > 0 ||
            codeServers.runningCount + devServers.runningCount + dokploy.activeCount > 0 ||
            engines.installing ||
            jobs.running > 0,
          exit: () => void end({ endRunning: false }),
        });
  log.info(`Serves on ${[socket, ...urls].join(', ')}.`);
  // Only now: what goes on, or starts by itself, must not keep anybody from reaching the daemon.
  jobs.resume();
  keepAutoStartMark(places.dataDir, codeServers, journal, report);
  codeServers.autoStart();
  return { url: urls[0] ?? null, socket, ended, end };
}
