/**
 * What a project is, once devyard.yaml, its preset and the defaults are put together: nothing is missing, paths are absolute
 * and normalised, durations are milliseconds. A plan is what is trusted, stored and run; the file is only where it came from.
 *
 * Commands, probes, reload steps and environment values may hold placeholders. `${root}`, `${out}` and `${env:NAME}` are
 * expanded when the plan is made; `${port}` (the process's own) and `${port:NAME}` (that of another process) when something
 * starts, because only then is the port known.
 */
export interface ProjectPlan {
  /** As the manifest spells it; the original calls it the plugin id. */
  readonly pluginId: string;
  /** Absolute folder of the project. */
  readonly root: string;
  readonly preset: string | null;
  readonly install: InstallPlan | null;
  readonly env: Environment;
  /** Absolute path of a dotenv file, read at every start; its values are never logged. */
  readonly envFile: string | null;
  /** Stays up when the last window closes. */
  readonly keepRunning: boolean;
  readonly processes: readonly ProcessPlan[];
  readonly builds: readonly BuildPlan[];
  /** Absolute path of the `.devinfo` file that an externally run plugin writes. */
  readonly devinfo: string | null;
}

export type Environment = Readonly<Record<string, string>>;
/** Program and arguments, never a shell string. Never empty. */
export type Command = readonly [program: string, ...args: string[]];

export interface InstallPlan {
  /** Runs when this path (absolute) is missing; null: at every start. */
  readonly missing: string | null;
  readonly cwd: string;
  readonly command: Command;
  readonly timeoutMs: number;
}

export interface ProcessPlan {
  readonly name: string;
  readonly cwd: string;
  /** Names of processes that must be ready, and of builds that must be good, before this one starts. */
  readonly dependsOn: readonly string[];
  readonly command: Command;
  readonly env: Environment;
  readonly port: PortPlan | null;
  /** Every one must hold. Empty: ready as soon as it runs. */
  readonly ready: readonly ReadyProbe[];
  readonly readyTimeoutMs: number;
  readonly restart: RestartPlan;
  readonly stop: StopPlan;
  /** Runs in a terminal that takes input. */
  readonly tty: boolean;
  /** How the editor's debugger attaches after *Start and Debug*. */
  readonly debug: DebugPlan | null;
}

export interface PortPlan {
  /** Inclusive. */
  readonly range: { readonly start: number; readonly end: number };
  /** The same port again at the next start, when it is free. */
  readonly sticky: boolean;
  /** How often to start anew on another port when it was taken between test and use. */
  readonly retry: number;
}

export type ReadyProbe =
  /** A path of the process's own port, or a whole URL on the loopback address: any answer below 500. */
  | { readonly type: 'http'; readonly target: string }
  /** A connection is accepted; null: on the process's own port. */
  | { readonly type: 'tcp'; readonly port: number | null }
  /** A regular expression that a line of output must match (ANSI sequences are stripped first). */
  | { readonly type: 'log'; readonly pattern: string };

export interface RestartPlan {
  readonly policy: 'never' | 'on-failure' | 'always';
  readonly backoffMs: readonly [first: number, most: number];
  /** Gives up after so many restarts in a row without having been ready for long. */
  readonly max: number;
}

export interface StopPlan {
  readonly signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGQUIT';
  readonly graceMs: number;
}

export interface DebugPlan {
  readonly type: 'node' | 'go';
  /** The inspect port; null: one is chosen. */
  readonly port: number | null;
}

export interface BuildPlan {
  readonly name: string;
  readonly cwd: string;
  readonly dependsOn: readonly string[];
  readonly command: Command;
  readonly env: Environment;
  /** A build that takes longer is ended and has failed. */
  readonly timeoutMs: number;
  /** null: runs at the start and when asked to, only. */
  readonly watch: WatchPlan | null;
  readonly onChangeWhileBuilding: 'cancel' | 'queue';
  readonly problems: readonly MatcherPlan[];
  /** Absolute path of what `${out}` stands for. */
  readonly out: string;
  readonly deploy: readonly DeployStep[];
  readonly reload: readonly ReloadStep[];
}

export interface WatchPlan {
  /** Globs relative to the root of the project. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Milliseconds of quiet after which what was gathered is built. */
  readonly debounceMs: number;
}

export type BuiltInMatcher = 'go' | 'tsc' | 'esbuild' | 'vite' | 'eslint' | 'cargo';
export type MatcherPlan =
  | { readonly type: BuiltInMatcher }
  /** Named groups `file`, `line`, `column`, `message`, `severity`, `code`; only `message` is needed. */
  | { readonly type: 'pattern'; readonly name: string; readonly pattern: string };

/** Both absolute. */
export interface DeployStep {
  readonly from: string;
  readonly to: string;
}

export type ReloadStep =
  | { readonly type: 'restart'; readonly process: string }
  | { readonly type: 'command'; readonly command: Command; readonly cwd: string }
  | { readonly type: 'http'; readonly method: 'GET' | 'POST' | 'PUT'; readonly url: string };

/** An error or warning of a build, at its place. The original's `BuildError` has the first four fields. */
export interface BuildProblem {
  /** Absolute path; empty where the tool named none. */
  readonly file: string;
  /** From 1; 0 where the tool named none. */
  readonly line: number;
  /** From 1; 0 where the tool named none. */
  readonly column: number;
  readonly message: string;
  readonly severity: 'error' | 'warning';
  readonly code?: string;
  /** Who found it: `go`, `tsc`, or the name of a pattern. */
  readonly source: string;
}
