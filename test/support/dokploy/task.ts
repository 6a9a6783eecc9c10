import { agoText } from './dockerTime.ts';
import { taskId } from './identifiers.ts';
import type { Machine, MachineFacts } from './machines/types.ts';

export interface ServiceSpec {
  readonly appName: string;
  /** Null: the machine that Dokploy is on. */
  readonly serverId: string | null;
  readonly machine: MachineFacts;
  /** Ports that the scheduler keeps apart on one node, as `host:port/protocol`. */
  readonly hostPorts: readonly string[];
  readonly ingressPorts: readonly string[];
  readonly stopFirst: boolean;
  readonly restart: {
    readonly condition: 'any' | 'on-failure' | 'none';
    /** Of a real server. */
    readonly delayMs: number;
    /** 0: without end. */
    readonly maxAttempts: number;
  };
}

type Phase =
  'Pending' | 'Ready' | 'Preparing' | 'Starting' | 'Running' | 'Complete' | 'Failed' | 'Rejected' | 'Shutdown';

export interface Task {
  readonly id: string;
  readonly spec: ServiceSpec;
  desired: 'ready' | 'running' | 'shutdown';
  phase: Phase;
  /** Milliseconds since the epoch. */
  since: number;
  error: string;
  machine: Machine | undefined;
  /** Of a machine that is no more. */
  log: string;
}

/** As `docker.getServiceContainersByAppName` has it. */
export interface TaskRow {
  readonly containerId: string;
  readonly name: string;
  readonly state: string;
  readonly currentState: string;
  readonly node: string;
  readonly error: string;
}

const endings = new Set<Phase>(['Complete', 'Failed', 'Rejected', 'Shutdown']);
export const hasEnded = ({ phase }: Task): boolean => endings.has(phase);

export const newTask = (spec: ServiceSpec, desired: Task['desired'], phase: Phase): Task => ({
  id: taskId(),
  spec,
  desired,
  phase,
  since: Date.now(),
  error: '',
  machine: undefined,
  log: '',
});

/** Rows of a service's tasks, the newest first. */
export function taskRows(tasks: readonly Task[]): TaskRow[] {
  return tasks.map((task, at) => ({
    containerId: task.id,
    name: `${task.spec.appName}.1`,
    state: task.desired,
    currentState: `${task.phase} ${agoText(Date.now() - task.since)}`,
    node: task.phase === 'Pending' ? '' : 'vm',
    // Dokploy cuts its list at the blank that follows `Error:`, so the last row keeps that word (recorded answer 52).
    error: task.error === '' && at === tasks.length - 1 ? 'Error:' : task.error,
  }));
}
