/** What a code-server is. Replaced as a whole, never mutated. */

/** What the folder was made from. */
export type WorkspaceOrigin =
  | { readonly type: 'empty' }
  | { readonly type: 'folder' }
  | { readonly type: 'archive'; readonly name: string }
  | { readonly type: 'git'; readonly url: string; readonly branch?: string | undefined }
  | { readonly type: 'template'; readonly tab: string; readonly name: string; readonly url: string }
  | { readonly type: 'copy'; readonly name: string };

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
  readonly origin: WorkspaceOrigin;
  /** What Devyard installed, as the extensions spell themselves. */
  readonly extensions: readonly string[];
  /** Keys of the groups it was given. */
  readonly extensionGroups: readonly string[];
  readonly autoStart: boolean;
  readonly stopWhenIdleMinutes: number | null;
  readonly hostId: string;
}

/** Who lets people in: Devyard's gate on the port, or code-server itself there, with a password. */
export type CodeServerAccess = 'devyard' | 'password';

export interface CodeServerRun {
  readonly runId: string;
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly adopted: boolean;
  /** As it was started, whatever the setting says now. */
  readonly access: CodeServerAccess;
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

/** Where the files of a folder that Devyard makes come from, as a person says it. */
export type WorkspaceSource =
  /** `uploaded`: the file is Devyard's own and goes when it is unpacked. */
  | { readonly type: 'archive'; readonly path: string; readonly name?: string; readonly uploaded?: true }
  | { readonly type: 'git'; readonly url: string; readonly branch?: string | undefined }
  | { readonly type: 'template'; readonly name: string; readonly tab?: string | undefined };

/** Extensions, and the extensions and settings of groups, by key or name. */
export interface OutfitInput {
  readonly extensions?: readonly string[] | undefined;
  readonly extensionGroups?: readonly string[] | undefined;
  /** devbox.yaml of a trusted workspace; else the daemon's own. */
  readonly configFile?: string | undefined;
}

export interface CreateInput extends OutfitInput {
  readonly name: string;
  readonly folder?: string | undefined;
  readonly source?: WorkspaceSource | undefined;
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  readonly autoStart?: boolean | undefined;
  readonly stopWhenIdleMinutes?: number | null | undefined;
  /** Resolve when folder and extensions are there; reject what kept the folder from being there. */
  readonly wait?: boolean | undefined;
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
  readonly autoStart?: boolean | undefined;
  readonly stopWhenIdleMinutes?: number | null | undefined;
}

export interface DuplicateInput {
  readonly name?: string | undefined;
  readonly copyWorkspace?: boolean | undefined;
  readonly wait?: boolean | undefined;
}

export interface SettingsInput {
  readonly extensionGroup?: string | undefined;
  readonly configFile?: string | undefined;
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
}

export interface AppliedSettings {
  /** Absolute path of User/settings.json. */
  readonly file: string;
  /** Top-level keys whose value is different now. */
  readonly changed: readonly string[];
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
