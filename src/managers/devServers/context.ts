import type { Clock } from '../shared/clock.ts';
import type { Write } from '../shared/events/journal.ts';
import type { LogStore } from '../shared/logs/types.ts';
import type { PortAllocator } from '../shared/ports/allocator.ts';
import type { ProcessPlatform, RunProcesses, RunRecordStore } from '../shared/processes/types.ts';
import type { Database } from '../shared/store/schema.ts';
import type { DevServerEvent } from './model.ts';
import type { HttpProbe } from './process/ports.ts';

export interface DevServerSettings {
  /** Absolute paths of tools, by the name they are called by. */
  readonly devServerTools: Readonly<Record<string, string>>;
  /** How long what windows started runs on after the last one was closed. */
  readonly devServerGraceSeconds: number;
}

/** Everything that dev servers are run with. */
export interface DevServerContext {
  readonly hostId: string;
  readonly platform: ProcessPlatform;
  readonly clock: Clock;
  readonly random: () => number;
  readonly database: Database;
  /** Keeps texts of a project from whoever reads the database. `unseal` throws for what was not sealed for it here. */
  readonly sealed: { seal(id: string, text: string): string; unseal(id: string, sealed: string): string };
  readonly journal: {
    intend(event: DevServerEvent, write: Write): Promise<unknown>;
    observe(event: DevServerEvent, write: Write): Promise<{ readonly written: boolean }>;
  };
  readonly logs: LogStore;
  readonly ports: PortAllocator;
  readonly processes: RunProcesses;
  readonly runRecords: RunRecordStore;
  readonly http: {
    /** Asks whether a process answers. */
    readonly probe: HttpProbe;
    /** Resolves for an answer below 400; rejects with what came instead. */
    readonly send: (method: string, url: string, timeoutMs: number, signal: AbortSignal) => Promise<void>;
  };
  readonly settings: () => DevServerSettings;
  /** The daemon's own environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Private folder with a short path, for the sockets of terminals. */
  readonly sockets: string;
  /** The program that holds a terminal, and what runs it. */
  readonly terminalHolder: () => { readonly execPath: string; readonly file: string };
  readonly onProblem: (error: unknown) => void;
}
