import { DevyardError, messageOf } from '../../shared/errors.ts';
import { checkLinePattern, checkPattern } from '../problems/pattern.ts';

/**
 * Why a line of output must not be matched with a regular expression; undefined when it may. Continues “KEY cannot be
 * used.”, and does not hold the pattern: an expanded one may hold a secret.
 */
export const linePatternFault = (pattern: string): string | undefined => faultOf(() => checkLinePattern(pattern));

/** The same for a pattern that finds problems, which must have a group `message`. */
export const matcherFault = (pattern: string): string | undefined => faultOf(() => checkPattern(pattern));

function faultOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return [messageOf(error), error instanceof DevyardError ? error.hint : undefined].filter(Boolean).join(' ');
  }
}

/** A text as a regular expression that matches just this text. */
export const literally = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
