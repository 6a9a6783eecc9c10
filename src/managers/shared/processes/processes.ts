import { systemClock, type Clock } from '../clock.ts';
import { adopt, endLeftovers, type AdoptDeps } from './adopt.ts';
import { ExitWatcher } from './exitWatcher.ts';
import { spawnRun } from './spawn.ts';
import { stopDefaults } from './stop.ts';
import type { ProcessPlatform, RunningProcess, RunRecord, RunSpec } from './types.ts';

export interface ProcessesOptions {
  readonly platform: ProcessPlatform;
  /** The host this daemon runs on, as run records name it. */
  readonly hostId: string;
  readonly clock?: Clock;
  /** How often the ends of adopted processes are looked for. Milliseconds, default 2000. */
  readonly adoptedIntervalMs?: number;
  /** Told about what goes on in spite of a fault. */
  readonly warn?: (message: string) => void;
}

/** Starts, adopts and ends the processes of runs. It owns one timer, and only while it has adopted processes. */
export class Processes {
  readonly #deps: AdoptDeps;
  readonly #watcher: ExitWatcher;

  constructor(options: ProcessesOptions) {
    const { platform, hostId, clock = systemClock, warn = () => undefined } = options;
    const intervalMs = options.adoptedIntervalMs ?? 2000;
    this.#watcher = new ExitWatcher({ platform, clock, warn, intervalMs });
    this.#deps = { ...stopDefaults, platform, hostId, clock, warn, watcher: this.#watcher };
  }

  /** Throws `start-failed` or `invalid`. Write the intent first, so that no child is lost. */
  spawn(spec: RunSpec): Promise<RunningProcess> {
    return spawnRun(spec, this.#deps);
  }

  /** The live process of a record of a former daemon; undefined when it has gone or is not the one it claims to be. */
  adopt(record: RunRecord): Promise<RunningProcess | undefined> {
    return adopt(record, this.#deps);
  }

  /** Ends what a run left behind whose leader could not be adopted. */
  endLeftovers(record: RunRecord, graceMs: number): Promise<void> {
    return endLeftovers(record, graceMs, this.#deps);
  }

  /** Stops watching. The processes run on; their `exited` promises never settle then. */
  dispose(): void {
    this.#watcher.dispose();
  }
}
