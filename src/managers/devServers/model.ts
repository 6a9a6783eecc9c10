import type { ExternalInfo } from './external/parse.ts';
import type { BuildProblem, ProjectPlan } from './plan.ts';

/** In the words of the original; `stopped` is the end of a start, `idle` was never started. */
export type PartStatus = 'idle' | 'starting' | 'building' | 'running' | 'ready' | 'error' | 'stopped';

export interface DevProcessRun {
  readonly runId: string;
  readonly pid: number;
  readonly startedAt: number;
  readonly adopted: boolean;
  readonly port: number | null;
  readonly url: string | null;
  readonly debugPort: number | null;
}

export interface ProcessFailure {
  readonly at: number;
  readonly reason: string;
  readonly hint?: string | undefined;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly lastLines: readonly string[];
  readonly retryAt?: number | undefined;
  readonly attempt: number;
}

export type DevProcessState =
  | { readonly status: 'idle' }
  | { readonly status: 'starting'; readonly since: number; readonly step: string }
  | { readonly status: 'running'; readonly run: DevProcessRun; readonly waitingFor: readonly string[] }
  | { readonly status: 'ready'; readonly run: DevProcessRun; readonly readyAt: number }
  | ({ readonly status: 'error' } & ProcessFailure)
  | { readonly status: 'stopped'; readonly at: number };

export type DevBuildState =
  | { readonly status: 'idle' }
  | { readonly status: 'starting'; readonly since: number; readonly step: string }
  | { readonly status: 'building'; readonly since: number; readonly step: string }
  | { readonly status: 'ready'; readonly at: number; readonly durationMs: number }
  | {
      readonly status: 'error';
      readonly at: number;
      readonly reason: string;
      readonly hint?: string | undefined;
      readonly durationMs: number | null;
    }
  | { readonly status: 'stopped'; readonly at: number };

export interface DevProcess {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly tty: boolean;
  readonly debug: 'node' | 'go' | null;
  readonly state: DevProcessState;
}

export interface DevBuild {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly watching: boolean;
  readonly state: DevBuildState;
  readonly problems: readonly BuildProblem[];
}

/** What is stored of a project. */
export interface DevServerDefinition {
  readonly id: string;
  readonly hostId: string;
  readonly createdAt: number;
  readonly pluginId: string;
  /** The folder that was added. */
  readonly folder: string;
  /** Its devyard.yaml; null where a preset was recognised. */
  readonly manifest: string | null;
  /** What it runs by, or ran by last; what was read when it was added, before that. */
  readonly plan: ProjectPlan;
  readonly planHash: string;
  /** Ports its processes had last. */
  readonly ports: Readonly<Record<string, number>>;
  /** Somebody started it and nobody stopped it: the next daemon goes on with it. */
  readonly wanted: boolean;
  /** An editor window started it: it stops with the last one. */
  readonly byWindow: boolean;
  readonly debug: boolean;
  /** An installation began and was not seen to succeed: the next start does it again. */
  readonly installing?: boolean | undefined;
}

export interface DevServer {
  readonly id: string;
  readonly pluginID: string;
  readonly mode: 'idle' | 'managed' | 'external';
  readonly devPath: string;
  readonly vitePort?: number;
  readonly viteURL?: string;
  readonly viteStatus?: PartStatus;
  readonly goStatus?: PartStatus;
  /** Nanoseconds, as the original counts. */
  readonly lastBuildDuration?: number;
  /** RFC 3339. */
  readonly lastBuildTime?: string;
  readonly lastError?: string;
  readonly grpcConnected?: boolean;
  readonly status: PartStatus;
  readonly stopping: boolean;
  readonly manifest: string | null;
  readonly preset: string | null;
  readonly trusted: boolean;
  readonly manifestHash: string;
  readonly problem?: string;
  readonly manifestChanged: boolean;
  readonly keepRunning: boolean;
  readonly processes: readonly DevProcess[];
  readonly builds: readonly DevBuild[];
  readonly external: ExternalInfo | null;
  readonly createdAt: number;
  readonly hostId: string;
}

export type DevServerEvent =
  | ({ readonly type: 'plugin/devserver/status' } & DevServer)
  | {
      readonly type: 'plugin/devserver/error';
      readonly id: string;
      readonly pluginId: string;
      readonly build: string;
      readonly errors: readonly BuildProblem[];
    }
  | { readonly type: 'devServer.deleted'; readonly id: string };

export interface StartOptions {
  readonly wait?: boolean | undefined;
  /** The hash of the manifest that may run. */
  readonly trust?: string | undefined;
  readonly debug?: boolean | undefined;
  readonly window?: boolean | undefined;
}
