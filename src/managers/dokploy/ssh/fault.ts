import { DevyardError, type DevyardErrorCode } from '../../shared/errors.ts';
import type { SshEndpoint } from './types.ts';

/** What is wrong with a connection, for code that decides what to do next. */
export type SshProblem =
  /** Its name is not known, or there is no way to it. */
  | 'unreachable'
  /** Nothing listens there. */
  | 'refused'
  /** Something accepts connections and says nothing. */
  | 'silent'
  /** It closed the connection before it said who it is. */
  | 'hung-up'
  /** Something else than an SSH server answers. */
  | 'not-ssh'
  /** The two sides agree on no way to talk. */
  | 'incompatible'
  /** It is not the host that it was. */
  | 'host-key'
  /** The server does not let this key in. */
  | 'key-refused'
  /** The connection was dead before anything of a request was sent: doing it again cannot do it twice. */
  | 'unsent'
  /** It broke later than that. */
  | 'lost'
  /** The server opens no further channel on this connection. */
  | 'no-channel';

const codes: Partial<Record<SshProblem, DevyardErrorCode>> = { 'host-key': 'forbidden', 'key-refused': 'forbidden' };

/** The cause of an error that comes from here. */
class SshTrouble extends Error {
  override readonly name = 'SshTrouble';
  readonly problem: SshProblem;

  constructor(problem: SshProblem, cause: unknown) {
    super(problem, { cause });
    this.problem = problem;
  }
}

export interface SshErrorOptions {
  readonly hint?: string;
  readonly code?: DevyardErrorCode;
  readonly cause?: unknown;
}

/** `forbidden` for what a person has to mend, `unavailable` for what may mend itself, unless `code` says otherwise. */
export function sshError(
  problem: SshProblem,
  message: string,
  { hint, code = codes[problem] ?? 'unavailable', cause }: SshErrorOptions = {},
): DevyardError {
  const trouble = new SshTrouble(problem, cause);
  return new DevyardError(code, message, { cause: trouble, ...(hint === undefined ? {} : { hint }) });
}

/** Undefined for an error that is not about a connection. */
export function problemOf(error: unknown): SshProblem | undefined {
  return error instanceof DevyardError && error.cause instanceof SshTrouble ? error.cause.problem : undefined;
}

/** `host:port` for a sentence. */
export function placeOf({ host, port }: SshEndpoint): string {
  return `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
}

/** What a stranger sent, made fit for a sentence: one line, nothing that a terminal would obey. */
export function quoted(text: string): string {
  const clean = text.replaceAll(/[\p{C}\s]+/gu, ' ').trim();
  return `“${clean.length > 100 ? `${clean.slice(0, 99)}…` : clean}”`;
}

export function cancelled(signal: AbortSignal | undefined): DevyardError {
  const reason: unknown = signal?.reason;
  return reason instanceof DevyardError
    ? reason
    : new DevyardError('cancelled', 'It was cancelled.', { cause: reason });
}
