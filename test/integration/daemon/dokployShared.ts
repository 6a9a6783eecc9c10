import { afterAll, afterEach, beforeEach } from 'vitest';
import type { Job } from '../../../src/api/contract/jobs.ts';
import type { Gate } from '../../support/dokploy/faults.ts';
import { DokployYard } from './dokployYard.ts';

/** A yard that the tests of a file share. One that fails leaves what it broke to nobody: the next one gets another yard. */
export class SharedYard {
  readonly #gates: Gate[] = [];
  #yard: DokployYard | undefined;

  constructor() {
    beforeEach(async ({ skip }) => {
      this.#yard ??= await DokployYard.open();
      if (this.#yard.dokploy.machines !== 'docker') skip('there is no Docker engine here');
    });
    afterEach(async ({ task }) => {
      // Nobody else is held up by what a test did not release.
      for (const gate of this.#gates.splice(0)) gate.release();
      if (task.result?.state === 'fail') await this.#close();
    });
    afterAll(() => this.#close());
  }

  get current(): DokployYard {
    if (this.#yard === undefined) throw new Error('there is a yard in tests only');
    return this.#yard;
  }

  /** As `DokployDouble.hold`, until the end of the test at most. */
  hold(...place: Parameters<DokployYard['dokploy']['hold']>): Gate {
    const gate = this.current.dokploy.hold(...place);
    this.#gates.push(gate);
    return gate;
  }

  async #close(): Promise<void> {
    const yard = this.#yard;
    this.#yard = undefined;
    await yard?.[Symbol.asyncDispose]();
  }
}

/** What a person is told of a job that did not succeed; nothing of one that did. */
export function errorOf({ state }: Job): {
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string | undefined;
} {
  return 'error' in state ? state.error : {};
}

/** `succeeded`, or everything that is told of another end. */
export function outcomeOf({ state }: Job): string {
  return state.status === 'succeeded' ? state.status : JSON.stringify(state);
}

/** Of a deletion whose volumes could be emptied, or could not because it never ran. */
export const goneAnyhow = /^succeeded$|"status":"partial"/;
