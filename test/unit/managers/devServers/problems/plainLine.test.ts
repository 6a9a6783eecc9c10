import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestLine, plainLine } from '../../../../../src/managers/devServers/problems/plainLine.ts';

describe('a plain line', () => {
  it.each([
    ['\u001B[1m\u001B[91merror\u001B[0m: m', 'error: m'],
    ['\u001B]8;;https://e.test/x\u0007text\u001B]8;;\u0007', 'text'],
    ['text\r\n', 'text'],
    ['   Building [=====> ] 3/7\r\u001B[Kerror: m\r', 'error: m'],
    ['\thave\u0000 (int)\u0007', '\thave (int)'],
    ['\r\n', ''],
  ])('of %o', (text, expected) => {
    expect(plainLine(text)).toBe(expected);
  });

  it('keeps the front of what is too long', () => {
    expect(plainLine(`a.go:1:2: ${'x'.repeat(1_000_000)}`)).toBe(`a.go:1:2: ${'x'.repeat(longestLine - 10)}`);
  });

  it('is bounded, and has no control character but the tab', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('\u001B', '[', ';', '1', 'm', '\r', '\n', '\t', 'a', '\u009B') }),
        (text) => {
          const plain = plainLine(text.repeat(50));
          expect(plain.length).toBeLessThanOrEqual(longestLine);
          // oxlint-disable-next-line no-control-regex
          expect(plain).not.toMatch(/[\u0000-\u0008\u000A-\u001F\u007F]/);
        },
      ),
    );
  });
});
