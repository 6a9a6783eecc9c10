import type { Dispose } from '../emitter.ts';

/** An event with its place in the one sequence of this data directory. */
export interface NumberedEvent<E> {
  /** Strictly increasing, never reused, across daemons. */
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly event: E;
}

export interface EventLog<E> {
  readonly lastId: number;
  /** Everything after `id`, oldest first; undefined when some of it was pruned already. */
  since(id: number): readonly NumberedEvent<E>[] | undefined;
  on(listener: (event: NumberedEvent<E>) => void): Dispose;
}
