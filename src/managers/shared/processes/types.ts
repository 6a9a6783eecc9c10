/**
 * A process that cannot be confused with another one: pids are reused, a (boot, pid, start time) triple is not.
 * `startTime` is an opaque text that only compares for equality on the same host and boot
 * (Linux: clock ticks since boot, field 22 of /proc/PID/stat; macOS: `ps -o lstart=`; Windows: creation date).
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
}

/** One row of the system's process table. */
export interface ProcessRow {
  readonly pid: number;
  readonly ppid: number;
  /** 0 where there are no process groups (Windows). */
  readonly pgid: number;
  readonly startTime: string;
  /** False for a zombie: it holds a pid but is dead. */
  readonly alive: boolean;
  /** CPU time in seconds used so far by this process and by its reaped children, where the platform tells. */
  readonly cpuSeconds: number;
  /** The part of `cpuSeconds` that reaped children used; absent where the platform does not tell. */
  readonly reapedCpuSeconds?: number;
  /** Resident memory in bytes. */
  readonly rssBytes: number;
}

/** What only the operating system knows; one implementation a platform. */
export interface ProcessPlatform {
  readonly bootId: string;
  /** The identity of a live process; undefined when there is none (a zombie is none). Cheap: called often. */
  identify(pid: number): Promise<ProcessIdentity | undefined>;
  /** Every process of the machine that may be seen, none read before the call. Callers at the same time share a scan. */
  table(): Promise<readonly ProcessRow[]>;
  /** Live processes whose environment holds `name=value`, for finding a child whose run file was never written. */
  findByEnvironment(name: string, value: string): Promise<readonly ProcessIdentity[]>;
  /** Whether the environment of a process holds `name=value`; undefined where it cannot be read. */
  environmentHolds(pid: number, name: string, value: string): Promise<boolean | undefined>;
  /** The argument vector of a process, or undefined where it cannot be read. */
  commandLine(pid: number): Promise<readonly string[] | undefined>;
}

/** What to run. Always an argument array, never a shell string. */
export interface RunSpec {
  readonly runId: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The child's whole environment; nothing is inherited. `DEVYARD_RUN` is added. */
  readonly env: Readonly<Record<string, string>>;
  /** Files the child writes to itself (opened for append, mode 0600). */
  readonly stdoutFile: string;
  readonly stderrFile: string;
}

export type ProcessExit =
  /** A child of this daemon: how it ended is known. */
  | { readonly kind: 'exited'; readonly exitCode: number | null; readonly signal: string | null }
  /** An adopted process ended: only its parent could have learned its exit code. */
  | { readonly kind: 'vanished' };

/** What a process can be asked to end with, so that it may put its things in order. */
export type PoliteSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGQUIT';

/** A process that runs, whether this daemon spawned it or adopted it. */
export interface RunningProcess {
  readonly runId: string;
  readonly identity: ProcessIdentity;
  readonly adopted: boolean;
  /** Settles once, when the leader process has ended. */
  readonly exited: Promise<ProcessExit>;
  /**
   * The first signal (default TERM) to the process group and to verified descendants, KILL after `graceMs`; resolves when
   * all of them are gone. Safe to call twice and after the exit (stray group members are ended then too).
   */
  stop(graceMs: number, first?: PoliteSignal): Promise<ProcessExit>;
}

/** What is kept outside the database about a run, one JSON file each, so that no child is ever lost. */
export interface RunRecord {
  readonly runId: string;
  /** `codeServer:<id>` and so on. */
  readonly resource: string;
  readonly hostId: string;
  readonly bootId: string;
  /** Undefined between the intent and the spawn. */
  readonly pid?: number;
  readonly startTime?: string;
  readonly command: readonly string[];
  /** Milliseconds since the epoch. */
  readonly intendedAt: number;
  /** The ports it was told to use, which whoever adopts it cannot ask it for. */
  readonly ports?: RunPorts;
}

export interface RunPorts {
  /** The port it serves on. */
  readonly own?: number;
  /** The port its debugger listens on. */
  readonly debug?: number;
}

/** What managers ask of `Processes`. */
export interface RunProcesses {
  spawn(spec: RunSpec): Promise<RunningProcess>;
  adopt(record: RunRecord): Promise<RunningProcess | undefined>;
  /** Ends what is left of a run whose first process is gone. */
  endLeftovers(record: RunRecord, graceMs: number): Promise<void>;
}

/** The run files, without those that could not be read. */
export interface RunRecordStore {
  writeIntent(record: RunRecord): Promise<void>;
  writeStarted(record: RunRecord, identity: ProcessIdentity): Promise<void>;
  remove(runId: string): Promise<void>;
  list(): Promise<readonly RunRecord[]>;
}

/** The environment variable every child carries: its run's id. */
export const runVariable = 'DEVYARD_RUN';
