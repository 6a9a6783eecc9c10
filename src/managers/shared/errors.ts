/**
 * The one error of Devyard's managers. The code is stable and machine-readable, the message says what failed and why,
 * the hint says what to do next. Faces (API, views, CLI) map it; nothing else does.
 */
export type DevyardErrorCode =
  | 'invalid' // the input is wrong; `field` names what
  | 'not-found'
  | 'wrong-state' // the resource cannot do this now
  | 'conflict' // somebody else holds what is asked for
  | 'port-taken'
  | 'ports-exhausted'
  | 'engine-missing' // no code-server to be found
  | 'engine-too-old'
  | 'tool-missing' // a program that a project runs
  | 'folder-missing'
  | 'folder-denied'
  | 'disk-full'
  | 'store-corrupt'
  | 'store-newer'
  | 'start-failed'
  | 'install-failed' // an extension
  | 'too-large'
  | 'unavailable' // a part that should answer does not
  | 'server-refused' // a server that Devyard uses does not take its key, or does not allow it what was asked for
  | 'forbidden'
  | 'unauthorized' // by Devyard itself: the token is missing or wrong
  | 'cancelled'
  | 'busy'
  | 'internal';

export interface DevyardErrorOptions {
  readonly hint?: string;
  /** The input field that is wrong, as the API spells it. */
  readonly field?: string;
  readonly cause?: unknown;
}

export class DevyardError extends Error {
  override readonly name = 'DevyardError';
  readonly code: DevyardErrorCode;
  readonly hint: string | undefined;
  readonly field: string | undefined;

  constructor(code: DevyardErrorCode, message: string, options: DevyardErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.field = options.field;
  }
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The errno code (`ENOENT`, `ENOSPC` …) of a system error, if it is one. */
export function errnoOf(thrown: unknown): string | undefined {
  const code = (thrown as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
