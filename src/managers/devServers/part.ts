import type { Dispose } from '../shared/emitter.ts';

/** A process or a build of a project, as the order of a start sees it. */
export interface Part {
  readonly name: string;
  readonly dependsOn: readonly string[];
  /** What depends on it may start: a process is ready, a build was good. */
  readonly satisfied: boolean;
  /** It neither is under way nor will go on by itself: ready, failed for good, ended. */
  readonly settled: boolean;
  /** It failed for good, or ended: a start tries it again, though what depends on it may be up. */
  readonly isDown: boolean;
  /** It waits for its turn; `step` says for what, for people. */
  wait(step: string): void;
  /** What kept the project from starting keeps this from starting, too. */
  fail(error: unknown): void;
  /** Resolves when it is under way, not when it is ready. Never rejects: what keeps it from starting is its state. */
  start(): Promise<void>;
  /** Resolves when nothing of it is left; nothing is said of it after that. */
  stop(): Promise<void>;
  readonly onChange: (listener: () => void) => Dispose;
}
