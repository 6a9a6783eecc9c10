/** What a code-server is. Replaced as a whole, never mutated. */

export interface CodeServerDefinition {
  readonly id: string;
  readonly name: string;
  /** Absolute path of the opened folder. */
  readonly folder: string;
  /** True when Devyard made the folder and may erase it. */
  readonly folderOwned: boolean;
  readonly port: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Limit of the server's JavaScript heap. */
  readonly memoryLimitMb: number | null;
  readonly hostId: string;
}

export interface CodeServerRun {
  readonly runId: string;
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly adopted: boolean;
}

export interface FailedState {
  readonly status: 'failed';
  readonly at: number;
  readonly reason: string;
  readonly hint?: string | undefined;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly lastLines: readonly string[];
}

export type CodeServerState =
  | { readonly status: 'creating' }
  | { readonly status: 'stopped' }
  | { readonly status: 'starting'; readonly since: number; readonly step: string }
  | { readonly status: 'running'; readonly run: CodeServerRun }
  | { readonly status: 'unhealthy'; readonly run: CodeServerRun; readonly reason: string; readonly since: number }
  | { readonly status: 'stopping'; readonly since: number }
  | FailedState;

export interface TreeMetrics {
  /** Of the whole process tree over the last interval; 100 = one core. */
  readonly cpuPercent: number;
  readonly memoryBytes: number;
  readonly processes: number;
  readonly sampledAt: number;
}

export interface CodeServer extends CodeServerDefinition {
  readonly url: string;
  readonly state: CodeServerState;
  readonly metrics: TreeMetrics | null;
}

export type CodeServerEvent =
  | { readonly type: 'codeServer.created'; readonly codeServer: CodeServer }
  | { readonly type: 'codeServer.changed'; readonly codeServer: CodeServer }
  | { readonly type: 'codeServer.deleted'; readonly id: string };

export interface CreateInput {
  readonly name: string;
  readonly folder?: string | undefined;
  readonly port?: number | undefined;
  readonly args?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly memoryLimitMb?: number | null | undefined;
  readonly start?: boolean | undefined;
}

export interface UpdateInput {
  readonly name?: string | undefined;
  readonly args?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly memoryLimitMb?: number | null | undefined;
}

export interface Deleted {
  readonly id: string;
  readonly erased: readonly string[];
  readonly kept: readonly string[];
}

export interface CodeServerHealth {
  readonly status: CodeServerState['status'];
  readonly httpHealthy: boolean;
  readonly processExists: boolean;
  readonly cpuPercent: number;
  readonly memoryBytes: number;
  readonly uptimeSeconds: number;
}

/** The executable that servers are started with. */
export type Engine =
  | {
      readonly status: 'ready';
      readonly path: string;
      readonly version: string;
      readonly source: 'setting' | 'path' | 'devyard';
    }
  | { readonly status: 'missing'; readonly message: string; readonly hint: string }
  | {
      readonly status: 'tooOld';
      readonly path: string;
      readonly version: string;
      readonly minimum: string;
      readonly message: string;
      readonly hint: string;
    }
  | {
      readonly status: 'installing';
      readonly version: string;
      readonly step: string;
      readonly stepIndex: number;
      readonly stepCount: number;
      readonly since: number;
    }
  | {
      readonly status: 'installFailed';
      readonly message: string;
      readonly hint: string;
      readonly lastLines: readonly string[];
    };
