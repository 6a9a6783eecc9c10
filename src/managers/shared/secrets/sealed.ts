import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

export const keyBytes = 32;
const algorithm = 'aes-256-gcm';
/** NIST SP 800-38D: 96 random bits are safe for 2^32 values under one key, and the tag is not to be shortened. */
const nonceBytes = 12;
const tagBytes = 16;

/** To whom a value belongs. Authenticated, not encrypted. */
export interface Belonging {
  readonly owner: string;
  readonly name: string;
}

/** Encrypts a text: base64url of nonce, tag and ciphertext. `key` has 32 bytes. */
export function seal(key: Buffer, belonging: Belonging, text: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(associatedData(belonging));
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString('base64url');
}

/** The text that was sealed for this owner and name with this key. Throws for anything else; the error holds no secret. */
export function unseal(key: Buffer, belonging: Belonging, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url');
  // Node skips what is no base64: text that is not exactly what `seal` wrote was tampered with.
  if (bytes.toString('base64url') !== sealed || bytes.length < nonceBytes + tagBytes) {
    throw new Error('unable to authenticate data: it has not the form of a sealed value');
  }
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(associatedData(belonging));
  decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
  return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]).toString('utf8');
}

/** JSON, so that no two pairs have the same bytes. */
function associatedData({ owner, name }: Belonging): Buffer {
  return Buffer.from(JSON.stringify([owner, name]));
}
