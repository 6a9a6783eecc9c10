import type { MetricsPoint } from '../shared/metrics/history.ts';
import type { ResourceLog } from '../shared/logs/types.ts';
import type { Job } from '../shared/jobs/types.ts';
import type {
  AppliedSettings,
  CodeServer,
  CodeServerHealth,
  CreateInput,
  Deleted,
  DuplicateInput,
  Engine,
  OutfitInput,
  SettingsInput,
  UpdateInput,
  WorkspaceSource,
} from './model.ts';

/** What this room needs from outside, injected in daemon.ts. */

/** `none`: no answer worth the name. `expired`: well, and nobody was connected within the last minute. */
export type HealthAnswer = 'none' | 'alive' | 'expired';

/** Where a code-server serves: on its Unix socket, or by itself on 127.0.0.1:`port`. */
export type HealthTarget = { readonly socketPath: string } | { readonly port: number };

/** Asks `GET /healthz`, which code-server answers without a password, too. */
export interface HealthProbe {
  /** Resolves within `timeoutMs`; never rejects. `expired` and `alive` are both healthy. */
  ask(target: HealthTarget, timeoutMs: number): Promise<HealthAnswer>;
}

/** The authenticated listener on a code-server's public port. */
export interface Gate {
  /**
   * Listens on 127.0.0.1:`port` and lets tickets, cookies and the token through to the Unix socket.
   * Rejects with `port-taken` when somebody else holds the port. Opening the same id again with the same port keeps the listener.
   */
  open(target: GateTarget): Promise<void>;
  /** Closes the listener and its connections; resolves when the port is free. Fine when it is not open. */
  close(id: string): Promise<void>;
}

export interface GateTarget {
  readonly id: string;
  readonly name: string;
  readonly port: number;
  readonly socketPath: string;
  readonly folder: string;
}

/** What this room offers to the API. */
export interface CodeServers {
  list(): readonly CodeServer[];
  /** Throws `not-found`. */
  get(id: string): CodeServer;
  /** Long work goes on as a job; `wait` resolves after it, `signal` ends only the waiting. */
  create(input: CreateInput, idempotencyKey?: string, signal?: AbortSignal): Promise<CodeServer>;
  duplicate(id: string, input: DuplicateInput, idempotencyKey?: string, signal?: AbortSignal): Promise<CodeServer>;
  installExtensions(id: string, input: OutfitInput): Promise<Job>;
  applySettings(id: string, input: SettingsInput): Promise<AppliedSettings>;
  /** Fills the empty folder that Devyard made for a stopped server. */
  fillWorkspace(id: string, source: WorkspaceSource, configFile?: string): Promise<Job>;
  update(id: string, input: UpdateInput): Promise<CodeServer>;
  /** With `wait`: resolves when it runs, rejects `start-failed`; else resolves in the state *starting*. Aborting only ends the waiting. */
  start(id: string, options?: { wait?: boolean | undefined; signal?: AbortSignal }): Promise<CodeServer>;
  /** Resolves after the exit of the whole tree. */
  stop(id: string): Promise<CodeServer>;
  restart(id: string, options?: { wait?: boolean | undefined; signal?: AbortSignal }): Promise<CodeServer>;
  remove(id: string, options?: { keepWorkspace?: boolean | undefined }): Promise<Deleted>;
  /** Throws what keeps the port of a running server shut, such as `port-taken`. */
  requireGate(id: string): void;
  /**
   * The password that a running code-server itself asks for; undefined where Devyard's gate lets people in.
   * Throws `wrong-state` until it answers, `store-corrupt` when the password got lost.
   */
  password(id: string): Promise<string | undefined>;
  /** Asks, and measures unless that was done a moment ago; `get` says the same numbers then. */
  health(id: string): Promise<CodeServerHealth>;
  log(id: string): Promise<ResourceLog>;
  /** CPU and memory over time, oldest first. */
  history(id: string): readonly MetricsPoint[];
  /** Probes now, instead of at the next turn. */
  poke(id?: string): void;
}

export interface Engines {
  get(): Promise<Engine>;
  install(): Promise<Engine>;
  cancelInstall(): Promise<Engine>;
}
