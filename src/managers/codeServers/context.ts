import type { Clock } from '../shared/clock.ts';
import type { Write } from '../shared/events/journal.ts';
import type { Jobs } from '../shared/jobs/jobs.ts';
import type { LogStore } from '../shared/logs/types.ts';
import type { PortAllocator, PortRange } from '../shared/ports/allocator.ts';
import type { RunningProcess, RunProcesses, RunRecordStore } from '../shared/processes/types.ts';
import type { Database } from '../shared/store/schema.ts';
import type { Catalog } from './catalog.ts';
import type { CodeServerAccess, CodeServerEvent, TreeMetrics } from './model.ts';
import type { Engines, Gate, HealthProbe } from './ports.ts';

export interface CodeServerSettings {
  readonly portRange: PortRange;
  readonly startTimeoutSeconds: number;
  readonly stopGraceSeconds: number;
  readonly extensionGallery: string;
  /** For the next start. */
  readonly codeServerAccess: CodeServerAccess;
}

/** Everything that code-servers are run with. */
export interface CodeServerContext {
  readonly hostId: string;
  readonly bootId: string;
  readonly clock: Clock;
  readonly database: Database;
  readonly journal: {
    intend(event: CodeServerEvent, write: Write): Promise<unknown>;
    observe(event: CodeServerEvent, write: Write): Promise<{ readonly written: boolean }>;
  };
  readonly logs: LogStore;
  readonly ports: PortAllocator;
  readonly processes: RunProcesses;
  readonly runRecords: RunRecordStore;
  readonly metrics: {
    track(process: RunningProcess): void;
    untrack(runId: string): void;
    latest(runId: string): TreeMetrics | undefined;
    /** Makes `latest` true for this moment; never rejects. */
    refresh(runId: string): Promise<void>;
  };
  readonly gate: Gate;
  readonly probe: HealthProbe;
  readonly secrets: {
    get(owner: string, name: string): Promise<string | undefined>;
    set(owner: string, name: string, value: string): Promise<void>;
  };
  readonly engines: Engines;
  readonly jobs: Jobs;
  /** What devbox.yaml offers: the daemon's own, or that of a trusted workspace. Rejects `invalid` for one that is broken. */
  readonly catalog: (configFile?: string) => Promise<Catalog>;
  readonly darkMode: () => boolean;
  readonly settings: () => CodeServerSettings;
  /** Whether somebody looks, and so how often to probe. */
  readonly watched: () => boolean;
  /** Milliseconds between two probes while somebody looks. */
  readonly watchedIntervalMs: () => number;
  /** The daemon's own environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homes: string;
  readonly workspaces: string;
  readonly sockets: string;
  readonly onProblem: (error: unknown) => void;
}
