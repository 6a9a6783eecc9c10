export type LogSource = 'system' | 'server' | 'stdout' | 'stderr';

/** One line, or one piece of a line too long to hold whole. */
export interface LogLine {
  readonly kind: 'line';
  /** Strictly increasing within one resource's log, across runs and daemons. */
  readonly seq: number;
  /** When the daemon first saw it, milliseconds since the epoch. */
  readonly time: number;
  readonly source: LogSource;
  /** The label of the run that wrote it, or whom Devyard speaks of; absent where none was given. */
  readonly from?: string;
  /** Without the line end. Invalid UTF-8 becomes U+FFFD. */
  readonly text: string;
  /** True when the line goes on in the next entry of the same source. */
  readonly continued?: true;
}

/** What a limit dropped: said, never hidden. */
export interface LogGap {
  readonly kind: 'gap';
  /** The sequence number of the first dropped line. */
  readonly seq: number;
  readonly time: number;
  readonly droppedBytes: number;
  readonly droppedLines: number;
}

export type LogEntry = LogLine | LogGap;

export interface LogLimits {
  /** Bytes kept on disk of one run; the newest stay. Default 50 MB. */
  readonly runBytes: number;
  /** Bytes kept on disk of all logs; the oldest ended runs go first. Default 1 GB. */
  readonly totalBytes: number;
  /** Lines and bytes held in memory per resource. */
  readonly ringLines: number;
  readonly ringBytes: number;
  /** A line longer than this is handed on in pieces. Bytes. */
  readonly lineBytes: number;
}

/** How much of a log is held in memory: whichever is less. */
export type LogRing = Pick<LogLimits, 'ringLines' | 'ringBytes'>;

/** Files that a child writes to itself. */
export interface RunLogFiles {
  readonly stdoutFile: string;
  readonly stderrFile: string;
}

export interface RunOptions {
  /** Tells the lines of this run from those of others of the same log: 1 to 100 characters in one line. */
  readonly label?: string;
}

/** The log of one resource: a sequence of runs and of what Devyard says about them. Several runs may live at the same time. */
export interface ResourceLog {
  /** Begins a run: creates the two files (0600) and starts following them. Throws `conflict`, and `invalid` naming `runId` or `label`. */
  beginRun(runId: string, options?: RunOptions): Promise<RunLogFiles>;
  /**
   * Follows a run that a former daemon began, from exactly where that one stopped. It keeps the label it began with;
   * the one given here is for a run whose beginning this log has lost.
   */
  resumeRun(runId: string, options?: RunOptions): Promise<RunLogFiles>;
  /** Reads what is left of the run (a last line without a line end included) and stops following it. */
  endRun(runId: string): Promise<void>;
  /** Devyard's own words about the resource, in order with the rest; `from`: the part of it that they are about. */
  append(source: 'system' | 'server', text: string, from?: string): void;
  /** The newest `lines` entries (before `beforeSeq`, if given), oldest first. 1 ≤ lines ≤ 100 000. */
  tail(lines: number, beforeSeq?: number): Promise<readonly LogEntry[]>;
  /** Everything after `seq`, oldest first, then what comes, in batches, until the signal aborts. A slow reader is never waited for. */
  follow(afterSeq: number, signal: AbortSignal): AsyncIterable<readonly LogEntry[]>;
  /** Reads at once what the children have written so far: after an exit, and on filesystems that send no events. `lastSeq` then counts it, and all that was appended. */
  poke(): Promise<void>;
  /** Sequence number of the newest entry, 0 when empty. */
  readonly lastSeq: number;
}

export interface LogStore {
  /**
   * The log of a resource (made when there is none). `key` is a folder name: `codeServer-<uuid>`. `ring`: what this one holds
   * in memory, where that is not what all do; who opens it first says so.
   */
  open(key: string, ring?: LogRing): Promise<ResourceLog>;
  /** Erases the log of a deleted resource. */
  remove(key: string): Promise<void>;
  /** Stops following everything; nothing is lost, the next daemon resumes. */
  close(): Promise<void>;
}
