import type { DokployServer, ServerConnection, TestedServer } from '../../../../api/contract/dokploy.ts';
import type { Localizer } from '../../../shared/l10n.ts';

export type Failing = Extract<ServerConnection, { readonly status: 'failing' }>;
export type OfferedCertificate = NonNullable<Failing['certificate']>;

/** What a person can do about a server that cannot be used. */
export type Way = 'trust' | 'otherKey' | 'openProfile' | 'otherAddress' | 'testAgain';

export interface Outcome {
  /** What is wrong and what to do about it; or that all is well. */
  readonly text: string;
  /** The one that helps most comes first. */
  readonly ways: readonly Way[];
}

/** What a test of a server said. */
export function outcomeOf({ ok, server, notes }: TestedServer, l10n: Localizer): Outcome {
  const { connection, name } = server;
  if (connection.status === 'failing') return failingOutcome(server, connection, l10n);
  const version = connection.status === 'connected' ? connection.version : '';
  const text =
    version === ''
      ? l10n.t('{0} was reached, and accepts the API key.', name)
      : l10n.t('{0} was reached (Dokploy {1}), and accepts the API key.', name, version.replace(/^v/, ''));
  return { text: [text, ...notes].join(' '), ways: ok ? [] : ['testAgain'] };
}

function failingOutcome({ name, url }: DokployServer, { problem, reason, hint }: Failing, l10n: Localizer): Outcome {
  const why = sentence(reason);
  switch (problem) {
    case 'unreachable':
      return {
        text: join(
          l10n.t('{0} cannot be reached at {1}: {2}', name, url, why),
          hint ?? l10n.t('Check the address, and whether this computer gets there: VPN, firewall, proxy.'),
        ),
        ways: ['otherAddress', 'testAgain'],
      };
    case 'certificate':
      return {
        text: l10n.t('{0} shows a certificate that this computer does not trust.', name),
        ways: ['trust', 'otherAddress', 'testAgain'],
      };
    case 'bad-key':
      return {
        text: join(
          l10n.t('{0} does not know this API key.', name),
          l10n.t('Copy all of it, or make another one in Dokploy: Settings › Profile › API/CLI Keys.'),
        ),
        ways: ['otherKey', 'openProfile'],
      };
    case 'revoked-key':
      return {
        text: join(
          l10n.t('{0} no longer accepts its API key: it was deleted, or it has expired.', name),
          l10n.t('Make another one in Dokploy: Settings › Profile › API/CLI Keys.'),
        ),
        ways: ['otherKey', 'openProfile'],
      };
    case 'rate-limited-key':
      return {
        text: join(
          l10n.t('The API key of {0} may only be used so often, and that is used up.', name),
          unlimitedKey(l10n),
        ),
        ways: ['otherKey', 'openProfile', 'testAgain'],
      };
    case 'forbidden':
      return {
        text: join(
          l10n.t('{0} accepts the API key, but its user may not do what is needed: {1}', name, why),
          l10n.t('Ask an administrator of Dokploy for the permission, or use the key of one.'),
        ),
        ways: ['testAgain', 'otherKey', 'openProfile'],
      };
    case 'not-dokploy':
      return {
        text: join(l10n.t('What answers at {0} is not Dokploy: {1}', url, why), hint),
        ways: ['otherAddress', 'testAgain'],
      };
    case 'failing':
      return { text: join(l10n.t('{0} answers with an error: {1}', name, why), hint), ways: ['testAgain'] };
  }
}

/** A key that was made through Dokploy's API without options is limited to ten checks a day, two for a request. */
function unlimitedKey(l10n: Localizer): string {
  return l10n.t(
    'Make one without a limit in Dokploy: Settings › Profile › API/CLI Keys › Generate New Key, with Enable Rate Limiting off and Total Request Limit empty.',
  );
}

/** What is wrong with the key that was just entered; undefined when the trouble is not the key's. */
export function keyTrouble(tested: TestedServer, l10n: Localizer): string | undefined {
  const outcome = outcomeOf(tested, l10n);
  return outcome.ways[0] === 'otherKey' ? outcome.text : undefined;
}

export interface CertificateQuestion {
  readonly message: string;
  readonly detail: string;
}

/** Everything that tells one certificate from another. `now`: milliseconds since the epoch. */
export function certificateQuestion(
  { name, url, certificate: pinned }: Pick<DokployServer, 'name' | 'url' | 'certificate'>,
  certificate: OfferedCertificate,
  now: number,
  l10n: Localizer,
): CertificateQuestion {
  const { subject, issuer, validFrom, validTo, fingerprint } = certificate;
  const ended = Date.parse(validTo) < now;
  const lines = [
    ...(pinned === null
      ? []
      : [
          l10n.t(
            'It is another one than you trusted before. That is as it should be after a renewal; else somebody may stand between you and the server.',
          ),
          l10n.t('Trusted before (SHA-256): {0}', pinned),
        ]),
    [
      l10n.t('Subject: {0}', subject),
      l10n.t('Issuer: {0}', issuer === subject ? l10n.t('itself') : issuer),
      l10n.t('Valid: {0} to {1}', validFrom, validTo),
      l10n.t('Fingerprint (SHA-256): {0}', fingerprint),
    ].join('\n'),
    ...(ended ? [l10n.t('It has expired.')] : []),
    l10n.t(
      'Compare the fingerprint with the one on the server. Once trusted, this certificate is accepted for {0}, and no other one.',
      url,
    ),
  ];
  return { message: l10n.t('Trust the certificate of {0}?', name), detail: lines.join('\n\n') };
}

function join(...parts: readonly (string | undefined)[]): string {
  return parts.flatMap((part) => (part === undefined ? [] : [sentence(part)])).join(' ');
}

function sentence(part: string): string {
  return /[.!?…]$/.test(part.trim()) ? part.trim() : `${part.trim()}.`;
}
