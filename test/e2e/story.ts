import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Workbench } from '../support/workbench.ts';
import { type Desk, type DeskOptions, keepEvidence, openDesk } from './desk.ts';

export interface Story {
  /** What has to be there before the desk; or why it cannot be had here. */
  readonly prepare?: () => Promise<DeskOptions | { readonly missing: string }>;
  /** Opens the first windows; keeps the desk for the tests. */
  readonly begin: (desk: Desk) => Promise<void>;
  /** The windows that are open, for the evidence of a failure. */
  readonly windows: () => readonly Workbench[];
}

/** For a file whose tests go on where the one before them ended, at one desk, which is cleared away at the end. */
export function tellStory({ prepare, begin, windows }: Story): void {
  /** Why what follows cannot be tested. */
  let missing: string | undefined;
  let desk: Desk | undefined;

  beforeAll(async () => {
    const prepared = (await prepare?.()) ?? {};
    if ('missing' in prepared) {
      missing = prepared.missing;
      return;
    }
    const opened = await openDesk(prepared);
    if (opened.desk === undefined) {
      missing = opened.reason;
      return;
    }
    desk = opened.desk;
    await begin(desk);
  });

  beforeEach((test) => {
    if (missing !== undefined) test.skip(missing);
    test.onTestFailed(async () => {
      // Each step needs the one before it: what follows could only wait in vain.
      missing = 'an earlier step failed';
      if (desk !== undefined) await keepEvidence(desk, windows());
    });
  });

  afterAll(async () => {
    await desk?.[Symbol.asyncDispose]();
  });
}
