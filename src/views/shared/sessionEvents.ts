import { EventEmitter } from 'node:events';
import type { Problem } from '../../api/contract/daemon.ts';
import { type DownReason, reasonOf, type SessionState } from './sessionState.ts';
import type { SnapshotChange } from './snapshot.ts';

/** What a session announces. */
export interface SessionEventMap {
  state: SessionState;
  change: SnapshotChange;
  problem: Problem;
  /** The daemon cannot be had, and no command is waiting that could tell the person. */
  failure: DownReason;
}

/** The listeners of a session: one that throws hurts neither the others nor the session. */
export class SessionEvents {
  readonly #emitter = new EventEmitter();
  readonly #log: (message: string) => void;

  constructor(log: (message: string) => void) {
    this.#log = log;
    // Every part of every view listens: many of them are no leak.
    this.#emitter.setMaxListeners(0);
  }

  /** Subscribes; the returned function ends the subscription. */
  on<Name extends keyof SessionEventMap>(name: Name, listener: (value: SessionEventMap[Name]) => void): () => void {
    const guarded = (value: SessionEventMap[Name]): void => {
      try {
        listener(value);
      } catch (error) {
        this.#log(`A listener for ${name} failed: ${reasonOf(error).message}`);
      }
    };
    this.#emitter.on(name, guarded);
    return () => void this.#emitter.off(name, guarded);
  }

  emit<Name extends keyof SessionEventMap>(name: Name, value: SessionEventMap[Name]): void {
    this.#emitter.emit(name, value);
  }
}
