import { DokployFailure, type DokployFailureKind } from './failure.ts';
import { HttpFailure } from './types.ts';

export interface CallSite {
  /** `application.deploy`, or a path. */
  readonly call: string;
  readonly host: string;
  /** Whether the call changes nothing. */
  readonly isReading: boolean;
}

interface Words {
  readonly kind: DokployFailureKind;
  readonly what: string;
  readonly hint?: string;
}

const uncertain = 'It may have been carried out all the same: look at its state before you repeat it.';

const wordsOf: Readonly<Record<HttpFailure['kind'], Words>> = {
  refused: {
    kind: 'unreachable',
    what: 'could not be reached',
    hint: 'Check the address and that Dokploy runs, the network, and the proxy settings.',
  },
  certificate: {
    kind: 'certificate',
    what: 'is not trusted, and nothing was sent to it',
    hint: 'If the server has a certificate of its own, compare the fingerprint with the server’s and pin it.',
  },
  torn: { kind: 'torn', what: 'broke off', hint: uncertain },
  timeout: { kind: 'timeout', what: 'did not answer in time', hint: uncertain },
  aborted: { kind: 'cancelled', what: 'was not asked to the end' },
  'too-large': {
    kind: 'malformed',
    what: 'sent too much',
    hint: 'See whether this is a Dokploy server.',
  },
};

/** A failure of the transport in the words of a call. Whatever else was thrown is taken for a connection that broke. */
export function transportFailure(thrown: unknown, { call, host, isReading }: CallSite): DokployFailure {
  if (thrown instanceof DokployFailure) return thrown;
  const failure = thrown instanceof HttpFailure ? thrown : new HttpFailure('torn', String(thrown), { cause: thrown });
  const { kind, what, hint } = wordsOf[failure.kind];
  return new DokployFailure(kind, `Dokploy at ${host} ${what} (${call}): ${failure.message}.`, {
    call,
    host,
    hint: hint === uncertain && isReading ? 'Try again.' : hint,
    certificate: failure.certificate,
    cause: failure,
  });
}
