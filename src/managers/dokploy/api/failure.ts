import { DevyardError, type DevyardErrorCode } from '../../shared/errors.ts';
import type { OfferedCertificate } from './types.ts';

export type DokployFailureKind =
  /** No connection: nothing was sent. */
  | 'unreachable'
  | 'certificate'
  /** The key was not taken: wrong, revoked, or its limit is used up. One answer cannot tell which. */
  | 'unauthorized'
  /** The key was taken; its owner may not do this. */
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'invalid'
  | 'rate-limited'
  | 'server-error'
  /** The connection broke: it may have been carried out. So with `timeout`. */
  | 'torn'
  | 'timeout'
  /** Dokploy has no call of that name: it is older or newer than what Devyard knows. */
  | 'unknown-call'
  /** Something else than Dokploy's API answered. */
  | 'not-dokploy'
  /** Dokploy answered in a shape that Devyard does not know. */
  | 'malformed'
  | 'cancelled';

const codes: Readonly<Record<DokployFailureKind, DevyardErrorCode>> = {
  unreachable: 'unavailable',
  certificate: 'unavailable',
  unauthorized: 'server-refused',
  forbidden: 'server-refused',
  'not-found': 'not-found',
  conflict: 'conflict',
  invalid: 'invalid',
  'rate-limited': 'unavailable',
  'server-error': 'unavailable',
  torn: 'unavailable',
  timeout: 'unavailable',
  'unknown-call': 'unavailable',
  'not-dokploy': 'unavailable',
  malformed: 'unavailable',
  cancelled: 'cancelled',
};

export interface DokployFailureOptions {
  /** `application.deploy`, or a path. */
  readonly call: string;
  /** Host and port of the server. */
  readonly host: string;
  readonly hint?: string | undefined;
  /** HTTP status; undefined where there was no answer. */
  readonly status?: number | undefined;
  /** What the server asked to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  readonly certificate?: OfferedCertificate | undefined;
  readonly cause?: unknown;
}

/** Why a call to Dokploy came to nothing. The message says which call on which host; it never holds a key or a password. */
export class DokployFailure extends DevyardError {
  readonly kind: DokployFailureKind;
  readonly call: string;
  readonly host: string;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly certificate: OfferedCertificate | undefined;

  constructor(kind: DokployFailureKind, message: string, options: DokployFailureOptions) {
    const { hint, cause } = options;
    super(codes[kind], message, { ...(hint === undefined ? {} : { hint }), cause });
    this.kind = kind;
    this.call = options.call;
    this.host = options.host;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.certificate = options.certificate;
  }
}

/** Whether it is a failure of one of these kinds. */
export function isDokployFailure(thrown: unknown, ...kinds: readonly DokployFailureKind[]): thrown is DokployFailure {
  return thrown instanceof DokployFailure && (kinds.length === 0 || kinds.includes(thrown.kind));
}
