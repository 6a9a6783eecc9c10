import type { Machine, MachineFacts, Machines, MachineSpec } from './machines/types.ts';
import { openSignal } from './signal.ts';
import { hasEnded, newTask, type ServiceSpec, type Task, type TaskRow, taskRows } from './task.ts';
import type { Timing } from './timing.ts';

interface Service {
  spec: ServiceSpec;
  replicas: 0 | 1;
  restarts: number;
  /** Newest first. */
  tasks: Task[];
}

/** As many ended tasks as a swarm remembers of one slot. */
const history = 5;
/** Containers that end at once again and again would keep a machine of two cores busy. */
const leastRestartMs = { docker: 300, sshd: 50, none: 0 };

export type Swarm = ReturnType<typeof openSwarm>;

/** The services of a swarm with one node, each with one replica or none. */
export function openSwarm(machines: Machines, timing: Timing) {
  const services = new Map<string, Service>();
  /** Exit codes by appName or image. */
  const failing = new Map<string, number>();
  /** Those who have their ports. */
  const placed = new Set<Task>();
  const changed = openSignal();
  let closed = false;
  const isOpen = (): boolean => !closed;

  const isCurrent = (service: Service): boolean => !closed && services.get(service.spec.appName) === service;
  const live = (service: Service): Task[] => service.tasks.filter((task) => !hasEnded(task));

  function move(task: Task, phase: Task['phase'], error = ''): void {
    Object.assign(task, { phase, error, since: Date.now() });
    changed.raise();
  }

  function addTask(service: Service, desired: Task['desired'], phase: Task['phase']): Task {
    const task = newTask(service.spec, desired, phase);
    service.tasks = [task, ...service.tasks.filter((old, at) => at < history || !hasEnded(old))];
    changed.raise();
    return task;
  }

  function launch(service: Service): Task {
    const task = addTask(service, 'running', 'Pending');
    placePending();
    return task;
  }

  /** Gives every pending task its place that has one; the others wait for a port to become free. */
  function placePending(): void {
    if (closed) return;
    for (const service of services.values())
      for (const task of service.tasks) {
        if (task.phase !== 'Pending' || task.desired !== 'running') continue;
        const taken = [...placed].some(({ spec }) => spec.hostPorts.some((port) => task.spec.hostPorts.includes(port)));
        if (taken) task.error = '"no suitable node (host-mode port already in use on 1 node)"';
        else {
          placed.add(task);
          void run(service, task);
        }
      }
    changed.raise();
  }

  function machineSpec({ id, spec }: Task): MachineSpec {
    const exitCode = failing.get(spec.appName) ?? failing.get(spec.machine.image);
    const crash = { entrypoint: ['/bin/sh'], command: ['-c', `exit ${String(exitCode)}`] };
    return {
      ...spec.machine,
      ...(exitCode === undefined ? {} : crash),
      name: `${spec.appName}.1.${id}`,
      restart: 'no',
    };
  }

  /** A task's life from its place to its end. Gives the exit code, or the engine's words. */
  async function lead(task: Task): Promise<number | string> {
    move(task, 'Preparing');
    await timing.pause(400);
    try {
      if (task.desired !== 'running') return 0;
      move(task, 'Starting');
      task.machine = await machines.create(machineSpec(task));
      await task.machine.start();
      move(task, 'Running');
      if (task.desired !== 'running') await task.machine.stop(0);
      return await task.machine.wait();
    } catch (error) {
      return (error as Error).message;
    }
  }

  async function run(service: Service, task: Task): Promise<void> {
    const outcome = await lead(task);
    const { machine } = task;
    task.log = (await machine?.log(1000).catch(() => '')) ?? '';
    task.machine = undefined;
    await machine?.remove().catch(() => undefined);
    placed.delete(task);
    const asked = task.desired === 'shutdown';
    task.desired = 'shutdown';
    if (asked) move(task, 'Shutdown');
    else if (typeof outcome === 'string') move(task, 'Rejected', `"${outcome}"`);
    else if (outcome === 0) move(task, 'Complete');
    else move(task, 'Failed', `"task: non-zero exit (${String(outcome)})"`);
    placePending();
    if (!asked) await restart(service, task, outcome !== 0);
  }

  async function restart(service: Service, task: Task, failed: boolean): Promise<void> {
    const { condition, delayMs, maxAttempts } = task.spec.restart;
    if (condition === 'none' || (condition === 'on-failure' && !failed)) return;
    if (maxAttempts > 0 && service.restarts >= maxAttempts) return;
    if (!isCurrent(service) || service.replicas === 0 || service.spec !== task.spec) return;
    service.restarts++;
    const next = addTask(service, 'ready', 'Ready');
    await timing.exactly(Math.max(timing.scaled(delayMs), leastRestartMs[machines.kind]));
    if (next.desired !== 'ready') return;
    next.desired = 'running';
    move(next, 'Pending');
    placePending();
  }

  /** Wants tasks ended. Resolves when they are. */
  async function shutDown(tasks: readonly Task[]): Promise<void> {
    for (const task of tasks) {
      task.desired = 'shutdown';
      if (task.phase === 'Pending' || task.phase === 'Ready') move(task, 'Shutdown');
    }
    const ends = tasks.map(async ({ machine }) => machine?.stop(timing.scaled(10_000)));
    await Promise.allSettled(ends);
    while (isOpen() && !tasks.every(hasEnded)) await changed.next();
  }

  async function replaceTasks(service: Service): Promise<void> {
    const { spec } = service;
    const old = live(service);
    // An update that waits for its place gives way to the next one.
    await shutDown(old.filter(({ phase }) => phase === 'Pending'));
    const others = old.filter((task) => !hasEnded(task));
    if (service.spec.stopFirst) {
      await Promise.all([shutDown(others), others.length > 0 ? timing.pause(10_000) : undefined]);
      // A later update replaces what this one would have launched.
      if (isCurrent(service) && service.replicas > 0 && service.spec === spec) launch(service);
      return;
    }
    const next = launch(service);
    while (isCurrent(service) && next.phase !== 'Running' && !hasEnded(next)) await changed.next();
    if (next.phase === 'Running') await shutDown(others);
  }

  function serviceOf(appName: string): Service {
    const service = services.get(appName);
    if (service === undefined) throw new Error(`${appName}: Error response from daemon: service ${appName} not found`);
    return service;
  }

  /** Resolves when a task has run for 5 s; never for one that does not, nor for a service that is gone. */
  async function becomeStable(service: Service): Promise<void> {
    const ends = async (task: Task): Promise<void> => {
      while (!hasEnded(task)) await changed.next();
    };
    for (;;) {
      const running = live(service).find(({ phase, desired }) => phase === 'Running' && desired === 'running');
      if (running === undefined || !isCurrent(service)) await changed.next();
      else {
        await Promise.race([timing.pause(5000), ends(running)]);
        if (running.phase === 'Running') return;
      }
    }
  }

  return {
    /** Makes or updates the service. Throws the swarm's words when it does not accept it; says nothing of its tasks. */
    deploy(spec: ServiceSpec): void {
      refuseIngressConflict(spec, [...services.values()]);
      const service = services.get(spec.appName);
      if (service !== undefined) {
        Object.assign(service, { spec, replicas: 1, restarts: 0 });
        void replaceTasks(service);
        return;
      }
      const made: Service = { spec, replicas: 1, restarts: 0, tasks: [] };
      services.set(spec.appName, made);
      launch(made);
    },
    async scale(appName: string, replicas: 0 | 1): Promise<void> {
      const service = serviceOf(appName);
      service.replicas = replicas;
      if (replicas === 0) {
        void shutDown(live(service));
        await timing.pause(5000);
        return;
      }
      service.restarts = 0;
      if (live(service).every(({ desired }) => desired === 'shutdown')) launch(service);
      await becomeStable(service);
    },
    /** Forgets it at once; its tasks end after that. */
    remove(appName: string): void {
      const service = services.get(appName);
      if (service === undefined) return;
      services.delete(appName);
      void shutDown(live(service));
      changed.raise();
    },
    appNames: (): string[] => [...services.keys()],
    facts: (appName: string): MachineFacts | undefined => services.get(appName)?.spec.machine,
    /** None where that server has no such service. */
    rows(appName: string, serverId: string | null): TaskRow[] {
      const service = services.get(appName);
      return service?.spec.serverId === serverId ? taskRows(service.tasks) : [];
    },
    /** Of all its tasks, the oldest first. Undefined: there is no such service. */
    async log(appName: string, tail: number): Promise<string | undefined> {
      const service = services.get(appName);
      if (service === undefined) return undefined;
      const logs = service.tasks.toReversed().map(async ({ machine, log }) => machine?.log(tail) ?? log);
      const parts = await Promise.all(logs);
      return parts
        .join('')
        .split('\n')
        .slice(-tail - 1)
        .join('\n');
    },
    /** The machine of a running task, by the id of the task or the name of its service. */
    machineOf: (id: string): Machine | undefined =>
      [...services.values()]
        .flatMap(({ tasks }) => tasks)
        .find((task) => task.machine !== undefined && (task.id === id || task.spec.appName === id))?.machine,
    /** Tasks of that service or image end with that code from now on; null: no longer. */
    failTasks(appNameOrImage: string, exitCode: number | null): void {
      if (exitCode === null) failing.delete(appNameOrImage);
      else failing.set(appNameOrImage, exitCode);
    },
    close(): void {
      closed = true;
      changed.raise();
    },
  };
}

/** Ports of the ingress network belong to one service (Docker's manager, `checkPortConflicts`). */
function refuseIngressConflict(spec: ServiceSpec, services: readonly Service[]): void {
  for (const other of services) {
    if (other.spec.appName === spec.appName) continue;
    const port = other.spec.ingressPorts.find((one) => spec.ingressPorts.includes(one));
    if (port === undefined) continue;
    const number = /:(\d+)\//u.exec(port)?.[1] ?? '';
    const words = `port '${number}' is already in use by service '${other.spec.appName}' as an ingress port`;
    throw new Error(`(HTTP code 400) unexpected - rpc error: code = InvalidArgument desc = ${words}`);
  }
}
