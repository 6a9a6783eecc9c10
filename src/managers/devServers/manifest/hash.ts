import { createHash } from 'node:crypto';

/**
 * What a decision to trust covers: the text of the manifest, byte for byte, or the text that was generated where a preset
 * stands in for one. SHA-256, hexadecimal.
 */
export function manifestHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
