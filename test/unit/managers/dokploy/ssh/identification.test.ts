import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Identification, IdentificationReader } from '../../../../../src/managers/dokploy/ssh/identification.ts';

/** Reads bytes in pieces of these sizes, again and again, until something is understood. */
function read(bytes: Buffer, sizes: readonly number[]): Identification {
  const reader = new IdentificationReader();
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    const result = reader.push(bytes.subarray(at, at + size));
    at += size;
    if (result.status !== 'incomplete') {
      // What follows was not read yet.
      return result.status === 'found' ? { ...result, raw: Buffer.concat([result.raw, bytes.subarray(at)]) } : result;
    }
  }
  return { status: 'incomplete' };
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const line = fc.string({ unit: 'binary-ascii', maxLength: 60 }).map((text) => text.replaceAll(/[\r\n]/g, ' '));
const lineEnd = fc.constantFrom('\r\n', '\n');

describe('the identification of a server', () => {
  it('is found behind other lines, in whatever pieces it comes', () => {
    const before = fc.array(
      fc.tuple(
        line.filter((text) => !text.startsWith('SSH-')),
        lineEnd,
      ),
      { maxLength: 8 },
    );
    const software = fc.stringMatching(/^[\w.]{1,20}( [\w ()]{1,20})?$/);
    fc.assert(
      fc.property(
        before,
        fc.constantFrom('2.0', '1.99'),
        software,
        lineEnd,
        fc.uint8Array(),
        sizes,
        (lines, version, name, end, rest, pieces) => {
          const own = `SSH-${version}-${name}`;
          const bytes = Buffer.concat([Buffer.from(lines.map((parts) => parts.join('')).join('') + own + end), rest]);
          const expected = Buffer.concat([Buffer.from(own + end), rest]);
          expect(read(bytes, pieces)).toEqual({ status: 'found', line: own, raw: expected });
        },
      ),
    );
  });

  it('is waited for while lines may still come', () => {
    expect(read(Buffer.from('220 mail.example\r\nSSH-2.0-Open'), [7])).toEqual({ status: 'incomplete' });
  });

  it.each(['SSH-1.5-old', 'SSH-2.0-', 'SSH-2.0- x', 'SSH-3.0-new', 'SSH-'])('is not %j', (text) => {
    expect(read(Buffer.from(`hello\n${text}\r\n`), [1])).toEqual({ status: 'foreign', said: text });
  });

  it('is given up in a line that does not end, and in lines that do not', () => {
    const reader = new IdentificationReader();
    expect(reader.push(Buffer.alloc(8192, 'x'))).toEqual({ status: 'incomplete' });
    expect(reader.push(Buffer.from('x')).status).toBe('foreign');
    const flooded = new IdentificationReader();
    let taken = 0;
    while (flooded.push(Buffer.from(`${'x'.repeat(99)}\n`)).status === 'incomplete') taken += 100;
    expect(taken).toBeLessThanOrEqual(64 * 1024);
    expect(taken).toBeGreaterThan(60 * 1024);
  });

  it('survives anything', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), sizes, (bytes, pieces) => {
        const buffer = Buffer.from(bytes);
        expect(read(buffer, pieces).status).toBe(read(buffer, [buffer.length || 1]).status);
      }),
    );
  });
});
