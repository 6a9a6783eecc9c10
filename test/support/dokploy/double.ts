import { bulkRows, type BulkCounts, type BulkIds } from './bulk.ts';
import { openComposeProjects } from './composeProjects.ts';
import { deployer, type Pulls } from './deployer.ts';
import { openDeployLogs } from './deployLogs.ts';
import { type Gate, type Injection, openFaults } from './faults.ts';
import { openHttp, type RecordedRequest } from './http.ts';
import { rowId } from './identifiers.ts';
import { type KeyOptions, openKeys } from './keys.ts';
import { chooseMachines } from './machines/choose.ts';
import type { Executed, Machine, MachineFacts } from './machines/types.ts';
import { applicationProcedures } from './procedures/applications.ts';
import { composeProcedures } from './procedures/composes.ts';
import { projectProcedures } from './procedures/projects.ts';
import { serviceProcedures } from './procedures/services.ts';
import { settingsProcedures } from './procedures/settings.ts';
import { openQueue } from './queue.ts';
import { openSockets } from './sockets.ts';
import { emptyState, where } from './state.ts';
import { openSwarm } from './swarm.ts';
import { openTiming } from './timing.ts';
import type { World } from './world.ts';

export interface DokployOptions {
  /**
   * What a service runs. `docker`: real containers. `sshd`: a real sshd for each one with a published port 22, in which only
   * the user of this process can log in (see `user`). `none`: rows in a table. Without it: docker where an engine answers or
   * can be started, else sshd, else none.
   */
  readonly machines?: 'docker' | 'sshd' | 'none';
  /** Of a real server's delays: 0.02 unless told otherwise. A stop takes 5 s at 1. */
  readonly pace?: number;
  /** PEM. With it the double speaks HTTPS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Dokploy itself closes every connection (recorded header `connection: close`). */
  readonly keepAlive?: boolean;
  /** How far its clock is off. */
  readonly clockSkewMs?: number;
  /** Answer of settings.getIp: empty on the recorded server. */
  readonly publicIp?: string;
}

export interface DokployDouble extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  /** A key without limits. */
  readonly key: string;
  readonly machines: 'docker' | 'sshd' | 'none';
  /** The only one who can log in where `machines` is sshd; undefined elsewhere. */
  readonly user: string | undefined;
  /** Image with a shell and OpenSSH's server that this double can run. */
  readonly image: string;
  readonly requests: readonly RecordedRequest[];
  count(procedure: string | RegExp): number;
  resetCounts(): void;
  readonly keys: { create(options?: KeyOptions): string; revoke(key: string): void };
  inject(injection: Injection): { readonly left: () => number; readonly cancel: () => void };
  /**
   * Requests stop there, `before` their work or `after` it and before the answer, until the gate is released. No
   * procedures, but places where the queue's worker stops: `worker.begin` while only the queue knows of the deployment,
   * `worker.pull` in the middle of it, `worker.status` when it is done and the service's own status does not say so yet.
   */
  hold(procedure: string | RegExp, stage?: 'before' | 'after'): Gate;
  /** Every pull takes so many milliseconds from now on; undefined: next to none. */
  deployTakes(ms: number | undefined): void;
  /** Pulls of that image fail, until `heals`. */
  failPull(image: string, heals?: 'heals'): void;
  /** Pulls of that image need that account from now on. */
  requireLogin(image: string, login: { readonly username: string; readonly password: string }): void;
  /** Tasks of that appName or image end with that code as soon as they start; null: no longer. */
  failTasks(appNameOrImage: string, exitCode: number | null): void;
  /** Kills what the service runs, as a crash would; swarm or engine start it again by their policy. */
  killTask(appName: string): Promise<void>;
  /** The process died and came up again: deployments under way are cancelled, the queue is lost, services go on. */
  crash(): void;
  /** Nobody listens any more, until `comeUp`. */
  goDown(): Promise<void>;
  comeUp(): Promise<void>;
  dropConnections(): void;
  /** appNames of what runs though no row has it. */
  orphans(): readonly string[];
  /** appNames of swarm services and compose projects. */
  services(): readonly string[];
  volumes(): Promise<readonly string[]>;
  /** Another host key for the service's sshd, from the next connection on. */
  swapHostKey(appName: string): Promise<void>;
  /** Runs a command in the service's container, past SSH. Rejects where `machines` is not docker. */
  exec(appName: string, command: readonly string[]): Promise<Executed>;
  /** What the service was made of; of a compose project the first service. Undefined: there is none. */
  spec(appName: string): MachineFacts | undefined;
  /** A remote server; its services publish their ports on its address, which must be on loopback (127.x.y.z). */
  addServer(server: { readonly name: string; readonly ipAddress?: string; readonly reachable?: boolean }): string;
  /** Rows as of many workspaces, without anything that runs unless that is wished. */
  bulk(counts: BulkCounts): BulkIds;
  stop(): Promise<void>;
}

/** A Dokploy 0.30.2 that answers on loopback, built from what a real one was seen to do. */
export async function startDokploy(options: DokployOptions = {}): Promise<DokployDouble> {
  const machines = await chooseMachines(options.machines);
  const timing = openTiming(options.pace ?? 0.02);
  const state = emptyState();
  const faults = openFaults();
  const keys = openKeys();
  const requests: RecordedRequest[] = [];
  const pulls: Pulls = { takesMs: undefined, failing: new Set(), logins: new Map() };
  const nowMs = (): number => Date.now() + (options.clockSkewMs ?? 0);
  // No two rows are of one moment: PostgreSQL takes longer than a millisecond for each.
  let latest = 0;
  const swarm = openSwarm(machines, timing);
  const compose = openComposeProjects(machines, timing);
  const work = deployer(() => world, pulls);
  const world: World = {
    state,
    timing,
    machines,
    swarm,
    compose,
    keys,
    faults,
    logs: openDeployLogs(),
    queue: openQueue(nowMs, work),
    publicIp: options.publicIp ?? '',
    now: () => new Date((latest = Math.max(nowMs(), latest + 1))).toISOString(),
    hostOf: (serverId) => (serverId === null ? undefined : state.servers.get(serverId)?.ipAddress) ?? '127.0.0.1',
  };
  const sockets = openSockets(world, faults, requests);
  const http = await openHttp({
    tls: options.tls,
    keepAlive: options.keepAlive ?? false,
    procedures: {
      ...settingsProcedures(world),
      ...projectProcedures(world),
      ...applicationProcedures(world),
      ...composeProcedures(world),
      ...serviceProcedures(world),
    },
    keys,
    faults,
    requests,
    upgrade: (request, socket, head) => sockets.upgrade(request, socket, head),
  });

  const services = (): string[] => [...swarm.appNames(), ...compose.projects()];
  const machineOf = (appName: string): Machine => {
    const machine = swarm.machineOf(appName) ?? compose.machineOf(appName);
    if (machine === undefined) throw new Error(`nothing of ${appName} runs`);
    return machine;
  };
  let stopping: Promise<void> | undefined;
  async function stop(): Promise<void> {
    sockets.close();
    await http.goDown();
    world.queue.drop();
    swarm.close();
    timing.end();
    await machines.close();
  }

  const double: DokployDouble = {
    url: http.url,
    key: keys.create(),
    machines: machines.kind,
    user: machines.user,
    image: machines.image,
    requests,
    count: (procedure) =>
      requests.filter((one) =>
        typeof procedure === 'string' ? one.procedure === procedure : procedure.test(one.procedure),
      ).length,
    resetCounts: () => void requests.splice(0),
    keys,
    inject: (injection) => faults.inject(injection),
    hold: (procedure, stage) => faults.hold(procedure, stage),
    deployTakes: (ms) => void (pulls.takesMs = ms),
    failPull(image, heals) {
      if (heals === 'heals') pulls.failing.delete(image);
      else pulls.failing.add(image);
    },
    requireLogin: (image, login) => void pulls.logins.set(image, login),
    failTasks(match, exitCode) {
      swarm.failTasks(match, exitCode);
      compose.failServices(match, exitCode);
    },
    killTask: (appName) => machineOf(appName).kill(),
    crash() {
      world.queue.drop();
      http.dropConnections();
      for (const row of where(state.deployments, ({ status }) => status === 'running')) row.status = 'cancelled';
      for (const row of state.applications.values())
        if (row.applicationStatus === 'running') row.applicationStatus = 'idle';
      for (const row of state.composes.values()) if (row.composeStatus === 'running') row.composeStatus = 'idle';
    },
    goDown: http.goDown,
    comeUp: () => http.comeUp(),
    dropConnections: http.dropConnections,
    orphans() {
      const known = new Set([...state.applications.values(), ...state.composes.values()].map(({ appName }) => appName));
      return services().filter((appName) => !known.has(appName));
    },
    services,
    volumes: () => machines.volumes(),
    swapHostKey: (appName) => machines.swapHostKey(machineOf(appName)),
    exec: (appName, command) => machines.exec(machineOf(appName), command),
    spec: (appName) => swarm.facts(appName) ?? compose.facts(appName),
    addServer({ name, ipAddress = '127.0.0.1', reachable = true }) {
      const serverId = rowId();
      state.servers.set(serverId, { serverId, name, ipAddress, createdAt: world.now() });
      if (!reachable) state.unreachable.add(serverId);
      return serverId;
    },
    bulk: (counts) => bulkRows(world, counts),
    stop: () => (stopping ??= stop()),
    [Symbol.asyncDispose]: () => double.stop(),
  };
  return double;
}
