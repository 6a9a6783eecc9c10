import { isIP, type Socket } from 'node:net';
import { connect, getCACertificates, rootCertificates, type TLSSocket } from 'node:tls';
import { HttpFailure, type OfferedCertificate } from '../managers/dokploy/api/types.ts';
import { opened } from './opening.ts';

/** Whom to believe. */
export interface Trust {
  /** SHA-256 of the one certificate to accept, as `OfferedCertificate.fingerprint`; null: whatever authorities vouch for. */
  readonly pinned: string | null;
  /** Certificates of authorities, PEM, besides those that Node trusts. */
  readonly extraCa: readonly string[];
}

/**
 * TLS over a connection that is open. The peer is judged before anybody gets the socket, so nothing is ever written to
 * one that is not trusted. Rejects with HttpFailure `certificate`, which carries what was offered, or `refused`.
 */
export function secure(raw: Socket, host: string, trust: Trust, signal: AbortSignal): Promise<TLSSocket> {
  const socket = connect({
    socket: raw,
    // Against this name the certificate is checked; as a server name, an address is not allowed (RFC 6066, 3).
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ALPNProtocols: ['http/1.1'],
    ...(trust.extraCa.length === 0 ? {} : { ca: [...authorities(), ...trust.extraCa] }),
    // Node verifies all the same; what it found is acted upon in `objection`, which also knows the pin. No session is
    // handed in, for a resumed one is not verified again.
    rejectUnauthorized: false,
  });
  return opened(socket, 'secureConnect', signal, () => objection(socket, trust.pinned));
}

/** Why the peer of a finished handshake is not to be talked to. */
function objection(socket: TLSSocket, pinned: string | null): HttpFailure | undefined {
  const certificate = offeredBy(socket);
  if (certificate === undefined) return new HttpFailure('certificate', 'it offers no certificate');
  if (pinned !== null) {
    return certificate.fingerprint === pinned
      ? undefined
      : new HttpFailure('certificate', 'it offers another certificate than the one that was pinned', { certificate });
  }
  if (socket.authorized) return undefined;
  return new HttpFailure('certificate', reasonOf(socket.authorizationError), { certificate });
}

function offeredBy(socket: TLSSocket): OfferedCertificate | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const { fingerprint256, subject, issuer, validFrom, validTo } = certificate;
  return { fingerprint: fingerprint256, subject: oneLine(subject), issuer: oneLine(issuer), validFrom, validTo };
}

/** Names come one attribute a line; one without attributes is undefined, whatever the types say. */
const oneLine = (name: string | undefined): string => (name ?? '').replaceAll('\n', ', ');

/** Codes of OpenSSL's verification (openssl-verification-options(1)) and of Node's check of the name. */
const reasons: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an authority that this machine does not trust',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate comes from an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate comes from an authority that this machine does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes from an authority that this machine does not know',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; the clock of one of the two machines may be wrong',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
};

function reasonOf(error: unknown): string {
  const code = error instanceof Error ? ((error as { code?: string }).code ?? error.message) : String(error);
  return reasons[code] ?? `its certificate is not trusted (${code})`;
}

/** What Node trusts without being told, NODE_EXTRA_CA_CERTS included where Node can say so (22.15). */
function authorities(): readonly string[] {
  const listed: typeof getCACertificates | undefined = getCACertificates;
  return listed === undefined ? rootCertificates : listed('default');
}
