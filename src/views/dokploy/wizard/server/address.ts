import type { DokployServer } from '../../../../api/contract/dokploy.ts';
import { isLoopback } from '../../../shared/browserAddress.ts';
import type { Localizer } from '../../../shared/l10n.ts';

/** A user name or password, even an empty one, before the host. */
const withUser = /^https?:\/\/[^/?#\\]*@/i;

/** The address without its path, which is often copied along from a browser. Undefined for what is no address. */
export function serverAddress(text: string): string | undefined {
  const typed = text.trim();
  // `dokploy.example.com:3000` would be read as a scheme.
  if (!/^https?:\/\//i.test(typed) || /\s/.test(typed) || withUser.test(typed)) return undefined;
  try {
    const { origin, hostname, username, password } = new URL(typed);
    return hostname === '' || username !== '' || password !== '' ? undefined : origin;
  } catch {
    return undefined;
  }
}

/** What is wrong with the address of a server while it is typed. `others`: servers that have one already. */
export function addressProblem(
  text: string,
  others: readonly Pick<DokployServer, 'name' | 'url'>[],
  l10n: Localizer,
): string | undefined {
  const typed = text.trim();
  if (typed === '') return l10n.t('Enter the address of Dokploy.');
  if (/\s/.test(typed)) return l10n.t('Leave out blanks.');
  if (!/^https?:\/\//i.test(typed)) {
    return /^[a-z][a-z0-9+.-]*:\/\//i.test(typed)
      ? l10n.t('Use https:// or http://.')
      : l10n.t('Begin with https://, or with http:// where Dokploy has no certificate: https://{0}', typed);
  }
  if (withUser.test(typed)) return l10n.t('Leave out user name and password: the API key is asked for next.');
  const address = serverAddress(typed);
  if (address === undefined) return l10n.t('Enter an address such as https://dokploy.example.com.');
  const same = others.find(({ url }) => serverAddress(url) === address);
  return same && l10n.t('This is the address of {0}, which is there already. Edit that one instead.', same.name);
}

/** Whether everybody on the way can read the key that is sent there. */
export function isUnprotected(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'http:' && !isLoopback(hostname);
}

/** Where a person makes API keys. */
export function profileUrl(address: string): string {
  return `${address}/dashboard/settings/profile`;
}

export function keyProblem(text: string, l10n: Localizer): string | undefined {
  const key = text.trim();
  if (key === '') return l10n.t('Enter an API key.');
  if (/\s|[^\x20-\x7e]/.test(key)) return l10n.t('Leave out blanks: a key is one word.');
  return key.length > 1000 ? l10n.t('Use at most {0} characters.', 1000) : undefined;
}
