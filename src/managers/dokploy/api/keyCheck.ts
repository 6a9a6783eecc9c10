import type { ServerProblem } from '../model.ts';
import { DokployFailure, type DokployFailureKind } from './failure.ts';

/** What is known of a key from before. */
export interface KeyHistory {
  /** It was asked more often in a row than a limited key answers. */
  readonly unlimited: boolean;
  /** Milliseconds since the epoch; null: it never worked. */
  readonly lastWorkedAt: number | null;
}

export type KeyProblem = Extract<ServerProblem, 'bad-key' | 'revoked-key' | 'rate-limited-key'>;

/**
 * Calls that a key with Dokploy's default options does not live through: it is good for ten verifications a day, and each
 * request costs two (recorded answers 103 and 104). After that it is answered like a wrong one.
 */
export const tellingCalls = 6;

const day = 24 * 60 * 60 * 1000;

/** What is wrong with a key that is not taken now, as far as its past tells. */
export function problemOfKey({ unlimited, lastWorkedAt }: KeyHistory, now: number): KeyProblem {
  if (lastWorkedAt === null) return unlimited ? 'revoked-key' : 'bad-key';
  // The limit's day begins anew with each call that was answered.
  return !unlimited && now - lastWorkedAt < day ? 'rate-limited-key' : 'revoked-key';
}

export interface KeyVerdict {
  readonly problem: KeyProblem | undefined;
  readonly history: KeyHistory;
}

/** Judges a key by calls made in a row: how many were let in, and whether the next one was not. */
export function judgeKey(letIn: number, wasRefused: boolean, history: KeyHistory, now: number): KeyVerdict {
  if (letIn === 0) return { problem: wasRefused ? problemOfKey(history, now) : undefined, history };
  // Nobody deletes a key in that second: it was used up.
  if (wasRefused) return { problem: 'rate-limited-key', history: { unlimited: false, lastWorkedAt: now } };
  return {
    problem: undefined,
    history: { unlimited: history.unlimited || letIn >= tellingCalls, lastWorkedAt: now },
  };
}

const problems: Readonly<Record<Exclude<DokployFailureKind, 'unauthorized'>, ServerProblem>> = {
  unreachable: 'unreachable',
  torn: 'unreachable',
  timeout: 'unreachable',
  certificate: 'certificate',
  forbidden: 'forbidden',
  'unknown-call': 'not-dokploy',
  'not-dokploy': 'not-dokploy',
  'not-found': 'failing',
  conflict: 'failing',
  invalid: 'failing',
  'rate-limited': 'failing',
  'server-error': 'failing',
  malformed: 'failing',
  cancelled: 'failing',
};

/** Why a server cannot be used, when this came of a call that everybody's key may make. */
export function problemOf(thrown: unknown, history: KeyHistory, now: number): ServerProblem {
  if (!(thrown instanceof DokployFailure)) return 'failing';
  return thrown.kind === 'unauthorized' ? problemOfKey(history, now) : problems[thrown.kind];
}

const makeAnother =
  'Make a key without a rate limit in Dokploy under Settings, Profile, API/CLI Keys, and give that one.';

const words: Readonly<Record<KeyProblem, { readonly what: string; readonly hint: string }>> = {
  'bad-key': {
    what: 'does not know the API key',
    hint: 'Copy the key again, or make a new one in Dokploy under Settings, Profile, API/CLI Keys. It has to belong to an organization.',
  },
  'revoked-key': {
    what: 'no longer takes the API key, which worked before: it was deleted, disabled or has expired',
    hint: makeAnother,
  },
  'rate-limited-key': {
    what: 'takes no more calls with this API key today: a key made without options is limited to 10 requests a day, and each call counts as two',
    hint: makeAnother,
  },
};

/** The same failure in words for what is known about the key by now. */
export function explainKey({ call, host, status, cause }: DokployFailure, problem: KeyProblem): DokployFailure {
  const { what, hint } = words[problem];
  return new DokployFailure('unauthorized', `Dokploy at ${host} ${what} (${call}).`, {
    call,
    host,
    hint,
    status,
    cause,
  });
}
