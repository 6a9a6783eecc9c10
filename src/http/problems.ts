import { HttpFailure } from '../managers/dokploy/api/types.ts';
import type { Limit } from './limit.ts';

/** Errors of the system and of Node, as clauses: “… could not be reached: <clause>”. */
const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection broke',
  EPIPE: 'the connection broke',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be resolved now',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the host does not answer',
  EMFILE: 'too many files are open in this program',
  ENFILE: 'too many files are open on this machine',
  EPROTO: 'it does not speak TLS there; an address that begins with http:// may be meant',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there; an address that begins with http:// may be meant',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS there; an address that begins with http:// may be meant',
};

/** The clause for anything that was thrown below HTTP. */
export function clauseOf(thrown: unknown): string {
  const { code, message } = (thrown ?? {}) as { code?: unknown; message?: unknown };
  const known = typeof code === 'string' ? words[code] : undefined;
  if (known !== undefined) return known;
  if (typeof code === 'string' && code.startsWith('HPE_')) return 'the answer is no HTTP';
  return typeof message === 'string' && message !== '' ? message : String(thrown);
}

/** Nothing was sent. */
export function refused(thrown: unknown): HttpFailure {
  return thrown instanceof HttpFailure ? thrown : new HttpFailure('refused', clauseOf(thrown), { cause: thrown });
}

/** It was sent, at least in part. */
export function torn(thrown: unknown): HttpFailure {
  return thrown instanceof HttpFailure ? thrown : new HttpFailure('torn', clauseOf(thrown), { cause: thrown });
}

/** Ended by a limit. What was never sent was never carried out: that counts as refused even when it took all its time. */
export function ended({ signal, timeoutMs }: Pick<Limit, 'signal' | 'timeoutMs'>, wasSent: boolean): HttpFailure {
  if (signal.reason === 'aborted') return new HttpFailure('aborted', 'it was cancelled');
  return wasSent
    ? new HttpFailure('timeout', `no whole answer came within ${String(timeoutMs / 1000)} s`)
    : new HttpFailure('refused', 'the host does not answer');
}
