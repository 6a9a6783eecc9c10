import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOlder, minimumVersion, parseVersion } from '../../../../../src/managers/codeServers/engine/version.ts';

const part = fc.nat({ max: 9999 });
const version = fc.tuple(part, part, part).map((parts) => parts.join('.'));
/** A line as code-server logs it before it answers. */
const logLine = fc
  .string()
  .map((text) => `[2026-01-01T00:00:00.000Z] info  ${text.replaceAll(/[\r\n\u2028\u2029]/g, ' ')}`);

describe('parseVersion', () => {
  it('finds the version after any log lines, with and without what follows it', () => {
    const rest = fc.constantFrom('', ' 53c2f32 with Code 1.139.1', '-rc.1 53c2f32', '+build.7');
    fc.assert(
      fc.property(fc.array(logLine), fc.constantFrom('', 'v'), version, rest, (lines, prefix, wanted, after) => {
        expect(parseVersion([...lines, `${prefix}${wanted}${after}`, ''].join('\n'))).toBe(wanted);
      }),
    );
  });

  it('gives what looks like a version, or nothing, whatever it is fed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseVersion(text) ?? '0.0.0').toMatch(/^\d+\.\d+\.\d+$/);
      }),
    );
  });

  it.each(['', 'code-server', '4.139', '1.2.3.4', 'version 4.139.1', '4.139.1abc'])(
    'sees no version in “%s”',
    (text) => {
      expect(parseVersion(text)).toBeUndefined();
    },
  );
});

describe('isOlder', () => {
  it('is a strict total order by number, not by text', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(isOlder(a, a)).toBe(false);
        expect(isOlder(a, b) || isOlder(b, a)).toBe(a !== b);
        expect(isOlder(a, b) && isOlder(b, a)).toBe(false);
      }),
    );
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        fc.pre(isOlder(a, b) && isOlder(b, c));
        expect(isOlder(a, c)).toBe(true);
      }),
    );
  });

  it.each([
    ['4.9.1', '4.14.1'],
    ['3.99.99', '4.0.0'],
    ['4.14.0', minimumVersion],
  ])('%s is older than %s', (older, newer) => {
    expect(isOlder(older, newer)).toBe(true);
    expect(isOlder(newer, older)).toBe(false);
  });
});
