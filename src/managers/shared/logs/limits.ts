import { DevyardError } from '../errors.ts';
import type { LogLimits } from './types.ts';

const MIB = 1024 * 1024;

/** A line of 1 MB is one entry; only what is longer than `lineBytes` comes in pieces. */
export const DEFAULT_LIMITS: LogLimits = {
  runBytes: 50 * MIB,
  totalBytes: 1024 * MIB,
  ringLines: 1000,
  ringBytes: 256 * 1024,
  lineBytes: 2 * MIB,
};

/** After a drop this share of a limit is in use, so that drops are rare. */
export const KEEP_SHARE = 0.8;

/** Largest number of lines in one batch: bounds what a reader has to hold at once. */
export const BATCH_LINES = 2048;

/** Fills in the defaults. Throws `invalid` naming the limit that is not a positive whole number. */
export function resolveLimits(given: Partial<LogLimits> = {}): LogLimits {
  const limits: LogLimits = { ...DEFAULT_LIMITS, ...given };
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new DevyardError('invalid', `The log limit ${name} must be a positive whole number, not ${value}.`, {
        field: name,
      });
    }
  }
  // A piece can neither be shorter than a character nor fill a run by itself.
  const lineBytes = Math.max(16, Math.min(limits.lineBytes, Math.floor(limits.runBytes / 4)));
  return { ...limits, lineBytes };
}

/**
 * Bytes read at once: so few that what is made of them, a message for a follower included, dies in V8's young generation.
 */
export const CHUNK_BYTES = 64 * 1024;

/** Bytes read at once from a child's file: small against the run, or a drop could not keep the newest lines. */
export function chunkBytesFor(limits: LogLimits): number {
  return Math.min(CHUNK_BYTES, Math.max(64, Math.floor(limits.runBytes / 32)));
}
