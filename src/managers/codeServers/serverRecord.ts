import { Emitter } from '../shared/emitter.ts';
import { DevyardError } from '../shared/errors.ts';
import type { CodeServerContext } from './context.ts';
import type { CodeServer, CodeServerDefinition, CodeServerState, TreeMetrics } from './model.ts';
import { saveCodeServer, type StoredCodeServer } from './repository.ts';
import { type Signal, transition } from './transition.ts';

/** What is known of one code-server, kept in step with the store and the event sequence. */
export class ServerRecord {
  readonly #journal: CodeServerContext['journal'];
  readonly #metrics: (runId: string) => TreeMetrics | undefined;
  readonly #changed = new Emitter<CodeServerState>();
  #definition: CodeServerDefinition;
  #state: CodeServerState;
  #runId: string | undefined;

  constructor(context: Pick<CodeServerContext, 'journal' | 'metrics'>, stored: StoredCodeServer) {
    this.#journal = context.journal;
    this.#metrics = (runId) => context.metrics.latest(runId);
    this.#definition = stored.definition;
    this.#state = stored.state;
    this.#runId = stored.runId;
  }

  get definition(): CodeServerDefinition {
    return this.#definition;
  }

  get state(): CodeServerState {
    return this.#state;
  }

  /** The run that a process was started for, if there is one. */
  get runId(): string | undefined {
    return this.#runId;
  }

  get snapshot(): CodeServer {
    return this.#snapshotOf(this.#definition, this.#state, this.#runId);
  }

  /** Rejects and changes nothing when it cannot be written. */
  async redefine(definition: CodeServerDefinition): Promise<void> {
    const before = this.#definition;
    // At once, because what is observed while this is being written must not bring the old one back.
    this.#definition = definition;
    try {
      await this.#journal.intend(
        { type: 'codeServer.changed', codeServer: this.snapshot },
        saveCodeServer({ definition, state: this.#state, runId: this.#runId }),
      );
    } catch (error) {
      this.#definition = before;
      throw error;
    }
  }

  /** Begins a run. Rejects and changes nothing when it cannot be written. */
  async begin(state: CodeServerState, runId: string): Promise<void> {
    await this.#journal.intend(
      { type: 'codeServer.changed', codeServer: this.#snapshotOf(this.#definition, state, runId) },
      saveCodeServer({ definition: this.#definition, state, runId }),
    );
    this.#state = state;
    this.#runId = runId;
    this.#changed.emit(state);
  }

  /** Takes what was observed, by the rules of the state machine. Throws `wrong-state`. */
  apply(signal: Signal): void {
    void this.replace(transition(this.#state, signal));
  }

  /** Takes a state that was observed: it holds whether or not it can be written now. Resolves when that was tried. */
  async replace(state: CodeServerState, runId = this.#runId): Promise<void> {
    this.#state = state;
    this.#runId = runId;
    const written = this.#journal.observe(
      { type: 'codeServer.changed', codeServer: this.snapshot },
      saveCodeServer({ definition: this.#definition, state, runId }),
    );
    this.#changed.emit(state);
    await written;
  }

  /** Forgets the run that has ended; written with the next state. */
  endRun(): void {
    this.#runId = undefined;
  }

  /** Resolves with the state once a start has come to an end; aborting ends only the waiting. */
  settled(signal?: AbortSignal): Promise<CodeServerState> {
    return new Promise((resolve, reject) => {
      const aborted = (): void => {
        off();
        reject(new DevyardError('cancelled', 'Nobody waits any more; the server goes on starting.'));
      };
      const check = (state: CodeServerState): void => {
        if (state.status === 'starting') return;
        off();
        signal?.removeEventListener('abort', aborted);
        resolve(state);
      };
      const off = this.#changed.on(check);
      if (signal?.aborted === true) aborted();
      else signal?.addEventListener('abort', aborted, { once: true });
      check(this.#state);
    });
  }

  #snapshotOf(definition: CodeServerDefinition, state: CodeServerState, runId: string | undefined): CodeServer {
    const metrics = runId === undefined ? undefined : this.#metrics(runId);
    return { ...definition, url: `http://127.0.0.1:${String(definition.port)}/`, state, metrics: metrics ?? null };
  }
}
