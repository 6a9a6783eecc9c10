import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fingerprintOf,
  keysOf,
  lineFor,
  typeOf,
  without,
} from '../../../../../src/managers/dokploy/ssh/knownHostsText.ts';
import { lengthPrefixed } from '../../../../../src/managers/dokploy/ssh/wire.ts';

const keyOf = (bytes: Uint8Array): Buffer =>
  Buffer.concat([lengthPrefixed('ssh-ed25519'), lengthPrefixed(Buffer.from(bytes))]);
const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(keyOf);
const alias = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
const junk = fc.string({ maxLength: 60 }).map((text) => text.replaceAll(/[\r\n]/g, ''));

describe('known hosts', () => {
  it('are found and forgotten among whatever else is written there', () => {
    fc.assert(
      fc.property(fc.array(junk), alias, key, fc.array(junk), fc.boolean(), (before, host, own, after, isOpen) => {
        const foreign = (lines: readonly string[]): string => lines.map((line) => `# ${line}\n`).join('');
        const line = `${lineFor(host, own)}\n`;
        const text = `${foreign(before)}${line}${foreign(after)}${isOpen ? 'cut off' : ''}`;
        expect(keysOf(text, host).trusted).toEqual([own]);
        expect(without(text, host)).toBe(text.replace(line, ''));
        expect(without(text, `${host}x`)).toBe(text);
      }),
    );
  });

  it('are nobody by accident', () => {
    fc.assert(
      fc.property(fc.array(junk), alias, (lines, host) => {
        const text = lines.join('\n');
        expect(keysOf(text, host).trusted).toEqual([]);
        expect(without(text, host)).toBe(text);
      }),
    );
  });

  it('have no key in a line that was cut off', () => {
    fc.assert(
      fc.property(alias, key, fc.nat(), (host, own, cut) => {
        const line = lineFor(host, own);
        const text = line.slice(0, cut % line.length);
        // All that may be missing is padding, which says nothing.
        for (const found of keysOf(text, host).trusted) expect(found).toEqual(own);
      }),
    );
  });

  const [one, two] = [keyOf(Buffer.alloc(32, 1)), keyOf(Buffer.alloc(32, 2))];

  it('are read as OpenSSH writes them', () => {
    const salt = Buffer.alloc(20, 7);
    const hash = createHmac('sha1', salt).update('devyard-api').digest('base64');
    const text = [
      `|1|${salt.toString('base64')}|${hash} ssh-ed25519 ${one.toString('base64')}`,
      `other,Devyard-API\tssh-ed25519 ${two.toString('base64')} a comment`,
      `@revoked devyard-api ssh-ed25519 ${two.toString('base64')}`,
      `@cert-authority devyard-api ssh-ed25519 ${one.toString('base64')}`,
      `devyard-*,!devyard-api ssh-ed25519 ${two.toString('base64')}`,
      `devyard-api ssh-rsa ${one.toString('base64')}`,
    ].join('\r\n');
    expect(keysOf(text, 'devyard-api')).toEqual({ trusted: [one, two], revoked: [two] });
  });

  it('keep other names of a line, and what was declared bad', () => {
    const encoded = two.toString('base64');
    const text = `a,devyard-api,b ssh-ed25519 ${encoded} note\n@revoked devyard-api ssh-ed25519 ${encoded}\n`;
    expect(without(text, 'devyard-api')).toBe(text.replace('a,devyard-api,b', 'a,b'));
  });

  it('are told by the same fingerprint as OpenSSH tells', () => {
    const blob = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIPRAOBZeS/WOgEYqoJ2uAp1giHQ7wM+WuOexpvrL7QaX', 'base64');
    expect(typeOf(blob)).toBe('ssh-ed25519');
    expect(fingerprintOf(blob)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    expect(typeOf(blob.subarray(0, -1))).toBeUndefined();
    expect(typeOf(Buffer.alloc(0))).toBeUndefined();
  });
});
