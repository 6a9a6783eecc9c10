import type { Localizer } from '../../../shared/l10n.ts';

/** Characters; the most the daemon takes. */
const mostCharacters = 20_000;
const openSshMagic = 'openssh-key-v1\0';

/**
 * What keeps a text from being used as a private key, or undefined. Nobody is there to type a passphrase when the daemon
 * connects, so a key must have none. Form of OpenSSH's own keys: PROTOCOL.key in its sources.
 */
export function privateKeyProblem(text: string, l10n: Localizer): string | undefined {
  const key = text.trim();
  if (key === '') return l10n.t('The file is empty.');
  if (key.length > mostCharacters) return l10n.t('The file is too large for a private key.');
  if (/^(?:ssh-|ecdsa-|sk-)\S+ [A-Za-z0-9+/]/.test(key)) {
    return l10n.t('This is a public key: choose the file of the same name without .pub.');
  }
  if (key.startsWith('PuTTY-User-Key-File')) {
    return l10n.t('This is a key of PuTTY: convert it with puttygen -O private-openssh.');
  }
  const [, kind = '', body = ''] =
    /^-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----([\s\S]+)-----END \1-----$/.exec(key) ?? [];
  if (kind === '') return l10n.t('This is not a private key in the form of OpenSSH or PEM.');
  const cipher = kind === 'OPENSSH PRIVATE KEY' ? openSshCipher(body) : 'none';
  if (cipher === undefined) return l10n.t('This private key is damaged.');
  return cipher !== 'none' || kind.startsWith('ENCRYPTED') || /^Proc-Type: 4,ENCRYPTED/m.test(body)
    ? l10n.t('The key has a passphrase, which nobody could enter: choose one without, or let Devyard make a new one.')
    : undefined;
}

/** Name of the cipher, which follows the magic as a string with four bytes of length. */
function openSshCipher(body: string): string | undefined {
  const bytes = Buffer.from(body.replaceAll(/\s/g, ''), 'base64');
  const start = openSshMagic.length + 4;
  if (bytes.length < start || bytes.toString('latin1', 0, openSshMagic.length) !== openSshMagic) return undefined;
  return bytes.toString('latin1', start, start + bytes.readUInt32BE(openSshMagic.length));
}
