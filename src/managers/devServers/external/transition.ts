import type { ProcessIdentity } from '../../shared/processes/types.ts';
import { sameInfo, type ExternalInfo } from './parse.ts';

/** A plugin that runs and answers, and the process that it was when it did. */
export interface Attachment {
  readonly info: ExternalInfo;
  readonly identity: ProcessIdentity;
}

/** What one look at the file and at what it names found. */
export type Sight =
  | { readonly kind: 'missing' }
  | { readonly kind: 'unfit'; readonly problem: string }
  /** No process has that pid. */
  | { readonly kind: 'dead' }
  /** The process runs, the address does not answer. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'answers'; readonly attachment: Attachment };

export interface Verdict {
  readonly attachment: Attachment | undefined;
  /** To be told, unless it was told before. */
  readonly problem?: string;
  /** Look again after so many milliseconds, though nothing was heard. */
  readonly againMs?: number;
}

/** Who replaces a file may leave it missing, empty or half-written for a moment: it counts when it is so for longer. */
export const confirmMs = 400;
const firstRetryMs = 250;
const longestRetryMs = 10_000;

/**
 * What follows from a look. `repeats` is how many looks in a row before this one found the same kind of thing: what may be
 * the middle of a replacement is confirmed by a second look, and an address that does not answer is asked ever more rarely.
 */
export function judge(current: Attachment | undefined, sight: Sight, repeats: number): Verdict {
  switch (sight.kind) {
    case 'missing':
      return current === undefined || repeats > 0
        ? { attachment: undefined }
        : { attachment: current, againMs: confirmMs };
    case 'unfit':
      // Whom it names nobody knows; who was attached before is watched by itself.
      return repeats === 0
        ? { attachment: current, againMs: confirmMs }
        : { attachment: current, problem: sight.problem };
    case 'dead':
      return { attachment: undefined };
    case 'silent':
      return { attachment: current, againMs: Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(repeats, 10)) };
    case 'answers':
      return { attachment: isSame(current, sight.attachment) ? current : sight.attachment };
  }
}

export function isSame(a: Attachment | undefined, b: Attachment | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.identity.pid === b.identity.pid && a.identity.startTime === b.identity.startTime && sameInfo(a.info, b.info);
}
