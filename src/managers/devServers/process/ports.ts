import type { Clock } from '../../shared/clock.ts';
import type { ResourceLog } from '../../shared/logs/types.ts';
import type { RunProcesses, RunRecordStore } from '../../shared/processes/types.ts';
import type { Command, DebugPlan, Environment, PortPlan, ProcessPlan } from '../plan.ts';
import type { LeaseWish, PortLease } from './leases.ts';

/** What an HTTP probe found: a status, or in a few words why there was none (`connection refused`). */
export type HttpAnswer = { readonly status: number } | { readonly failure: string };

/** Asks `GET url`, follows no redirect, checks no certificate. Settles within `timeoutMs` or on abort; never rejects. */
export type HttpProbe = (url: string, timeoutMs: number, signal: AbortSignal) => Promise<HttpAnswer>;

/** What is about to be spawned: absolute program with its arguments, and the whole environment. */
export interface Launch {
  readonly runId: string;
  readonly command: Command;
  readonly cwd: string;
  readonly env: Environment;
}

/** The same so that a debugger can attach. */
export interface DebugLaunch {
  readonly command: Command;
  readonly env: Environment;
  /** Where the debugger listens. */
  readonly port: number;
}

/** What is run in place of a command so that it has a terminal; `env`, where it is given, in place of its environment. */
export interface TerminalLaunch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Environment;
}

/** The ports of one process. PortLeases are this. */
export interface PortSource {
  /** Throws `ports-exhausted`. */
  lease(plan: PortPlan, wish: LeaseWish): Promise<PortLease>;
  /** The port of a process that was adopted. Throws `conflict`. */
  take(port: number): PortLease;
  isFree(port: number): Promise<boolean>;
  nameStranger(port: number): Promise<string>;
}

/** Everything that one process is supervised with. */
export interface ProcessContext {
  readonly projectId: string;
  readonly plan: ProcessPlan;
  readonly hostId: string;
  readonly bootId: string;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly processes: RunProcesses;
  readonly runRecords: Omit<RunRecordStore, 'list'>;
  /** The project's; lines of this process are told by its name. */
  readonly log: ResourceLog;
  readonly ports: PortSource;
  /** The port it had last, as far as anybody remembers. */
  readonly lastPort: number | null;
  /** The port of another process of the project; null while it has none. */
  readonly portOf: (process: string) => number | null;
  /** The daemon's environment with the project's and its envFile's on top; the process's own is added here. */
  readonly environment: () => Promise<Environment>;
  /** The command with an absolute program, which may need other arguments to be run. Throws what is missing, and the fix. */
  readonly resolve: (command: Command, cwd: string) => Promise<Command>;
  /** For a process with `tty`. */
  readonly terminalCommand: (launch: Launch) => Promise<TerminalLaunch>;
  /** For a process that is started to be debugged. */
  readonly debugCommand: (debug: DebugPlan, launch: Launch) => Promise<DebugLaunch>;
  readonly httpProbe: HttpProbe;
  /** Told about faults that the process has no part in. */
  readonly onProblem: (error: unknown) => void;
}
