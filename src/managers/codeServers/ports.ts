import type { ResourceLog } from '../shared/logs/types.ts';
import type { CodeServer, CodeServerHealth, CreateInput, Deleted, Engine, UpdateInput } from './model.ts';

/** What this room needs from outside, injected in daemon.ts. */

/** Asks `GET /healthz` over a Unix socket. */
export interface HealthProbe {
  /** Resolves true on a 200 within `timeoutMs`, else false; never rejects. `expired` and `alive` are both healthy. */
  healthy(socketPath: string, timeoutMs: number): Promise<boolean>;
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
  create(input: CreateInput, idempotencyKey?: string): Promise<CodeServer>;
  update(id: string, input: UpdateInput): Promise<CodeServer>;
  /** With `wait`: resolves when it runs, rejects `start-failed`; else resolves in the state *starting*. Aborting only ends the waiting. */
  start(id: string, options?: { wait?: boolean | undefined; signal?: AbortSignal }): Promise<CodeServer>;
  /** Resolves after the exit of the whole tree. */
  stop(id: string): Promise<CodeServer>;
  restart(id: string, options?: { wait?: boolean | undefined; signal?: AbortSignal }): Promise<CodeServer>;
  remove(id: string, options?: { keepWorkspace?: boolean | undefined }): Promise<Deleted>;
  /** Throws what keeps the port of a running server shut, such as `port-taken`. */
  requireGate(id: string): void;
  health(id: string): Promise<CodeServerHealth>;
  log(id: string): Promise<ResourceLog>;
}

export interface Engines {
  get(): Promise<Engine>;
  install(): Promise<Engine>;
  cancelInstall(): Promise<Engine>;
}
