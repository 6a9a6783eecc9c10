import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { DevyardError } from '../../shared/errors.ts';
import { loadSsh2 } from './library.ts';
import { lengthPrefixed, uint32 } from './wire.ts';

export interface KeyPair {
  /** Text of the file: OpenSSH's own format, or PEM. */
  readonly privateKey: string;
  /** One line of authorized_keys. */
  readonly publicKey: string;
}

const generate = promisify(generateKeyPair);

/**
 * A new ed25519 key in OpenSSH's format (PROTOCOL.key of OpenSSH). Written here because one of 256 that ssh2 makes has a
 * public half that begins with a zero byte, which it drops: neither ssh nor ssh2 can read such a key.
 */
export async function makeEd25519Key(comment = 'devyard'): Promise<KeyPair> {
  const { privateKey } = await generate('ed25519');
  const { d = '', x = '' } = privateKey.export({ format: 'jwk' });
  return ed25519KeyPair(Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url'), comment);
}

/** @internal Both halves have 32 bytes. */
export function ed25519KeyPair(secret: Buffer, point: Buffer, comment: string): KeyPair {
  const type = lengthPrefixed('ssh-ed25519');
  const publicBlob = Buffer.concat([type, lengthPrefixed(point)]);
  const check = randomBytes(4);
  const content = Buffer.concat([
    check,
    check,
    publicBlob,
    lengthPrefixed(Buffer.concat([secret, point])),
    lengthPrefixed(comment),
  ]);
  const padding = Buffer.from(Array.from({ length: (8 - (content.length % 8)) % 8 }, (_, index) => index + 1));
  const file = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    lengthPrefixed('none'),
    lengthPrefixed('none'),
    lengthPrefixed(''),
    uint32(1),
    lengthPrefixed(publicBlob),
    lengthPrefixed(Buffer.concat([content, padding])),
  ]);
  return {
    privateKey: pem('OPENSSH PRIVATE KEY', file),
    publicKey: `ssh-ed25519 ${publicBlob.toString('base64')} ${comment}`,
  };
}

/** A new RSA key as PKCS#1 PEM, which is what DevPod reads. */
export async function makeRsaKey(bits: 3072 | 4096 = 3072, comment = 'devyard'): Promise<KeyPair> {
  const pair = await generate('rsa', { modulusLength: bits });
  const privateKey = pair.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  return { privateKey, publicKey: await publicLine(privateKey, comment) };
}

/** The line of authorized_keys for a private key. Throws `invalid` (`privateKey`). */
export async function publicLine(privateKey: string, comment = 'devyard'): Promise<string> {
  const { type, blob } = await parsed(privateKey);
  return `${type} ${blob.toString('base64')} ${comment}`;
}

/**
 * A private key that somebody gave, as OpenSSH reads it: with the line ends that a copy through a window may have lost.
 * Throws `invalid` (`privateKey`) for what is none, or is one that cannot be used without asking.
 */
export async function checkedPrivateKey(text: string): Promise<string> {
  await parsed(text);
  return `${text.replaceAll('\r', '').trim()}\n`;
}

const longestKey = 64 * 1024;

async function parsed(text: string): Promise<{ readonly type: string; readonly blob: Buffer }> {
  if (text.length > longestKey)
    throw invalidKey('This is too long for a private key.', 'Give the content of a key file.');
  const { utils } = await loadSsh2();
  const key = utils.parseKey(text.trim());
  if (key instanceof Error) throw explained(text, key);
  // ssh2 gives a list for some formats, whatever its types say.
  const one = Array.isArray(key) ? key[0] : key;
  if (one === undefined || !one.isPrivateKey()) throw publicHalf();
  if (one.type === 'ssh-dss') throw invalidKey('DSA keys are no longer accepted by SSH servers.', makeOne);
  return { type: one.type, blob: one.getPublicSSH() };
}

const makeOne = 'Make one with: ssh-keygen -t ed25519 -N "" -f devyard_key';

function explained(text: string, cause: Error): DevyardError {
  if (/encrypted/i.test(cause.message) || /BEGIN ENCRYPTED PRIVATE KEY/.test(text)) {
    return invalidKey(
      'This private key is protected by a passphrase, which nobody could enter.',
      'Give a key without one. On a copy of the file: ssh-keygen -p -N "" -f COPY',
      cause,
    );
  }
  if (/BEGIN PRIVATE KEY/.test(text)) {
    return invalidKey(
      'This private key is in PKCS#8 format, which SSH programs do not read.',
      'Write it in OpenSSH’s format. On a copy of the file: ssh-keygen -p -N "" -f COPY',
      cause,
    );
  }
  if (text.startsWith('PuTTY-User-Key-File')) {
    return invalidKey(
      'This private key is in PuTTY’s format.',
      'Convert it: puttygen KEY.ppk -O private-openssh -o KEY',
      cause,
    );
  }
  if (/BEGIN (?:SSH2 |RSA )?PUBLIC KEY/.test(text)) return publicHalf();
  if (/BEGIN .*PRIVATE KEY/.test(text)) {
    return invalidKey(
      'This private key is damaged or of a kind that cannot be used here.',
      `Give the whole file, and an ed25519, ECDSA or RSA key. ${makeOne}`,
      cause,
    );
  }
  return invalidKey('This is no private key.', `Give the content of a key file such as id_ed25519. ${makeOne}`, cause);
}

function publicHalf(): DevyardError {
  return invalidKey('This is a public key.', 'Give the private one: the file without “.pub”.');
}

function invalidKey(message: string, hint: string, cause?: unknown): DevyardError {
  return new DevyardError('invalid', message, { field: 'privateKey', hint, cause });
}

function pem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,70}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
