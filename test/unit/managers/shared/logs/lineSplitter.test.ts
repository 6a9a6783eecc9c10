import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { LineTable, splitLines, splitRange } from '../../../../../src/managers/shared/logs/lineSplitter.ts';

interface Piece {
  readonly text: string;
  readonly continued: boolean;
}

function pieces(bytes: Buffer, table: LineTable): Piece[] {
  return Array.from({ length: table.count }, (_, at) => ({
    text: table.text(bytes, at),
    continued: table.isContinued(at),
  }));
}

/** Feeds the stream in arbitrary cuts, keeping what is not consumed, as a tail does. */
function fed(stream: Buffer, cuts: readonly number[], lineBytes: number, maxLines: number): Piece[] {
  const all: Piece[] = [];
  const table = new LineTable();
  let start = 0;
  for (const end of [...cuts.map((cut) => cut % (stream.length + 1)).toSorted((a, b) => a - b), stream.length]) {
    for (;;) {
      const part = stream.subarray(start, end);
      table.reset();
      const used = splitLines(part, lineBytes, maxLines, table);
      all.push(...pieces(part, table));
      start += used;
      if (used === 0) break;
    }
  }
  const rest = stream.subarray(start);
  table.reset();
  splitRange(rest, lineBytes, true, table);
  return [...all, ...pieces(rest, table)];
}

const byte = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 97, max: 122 }) },
  { weight: 2, arbitrary: fc.constantFrom(10, 13) },
  { weight: 2, arbitrary: fc.constantFrom(0xf0, 0x9f, 0x98, 0x80, 0xc3, 0xa4, 0xe2, 0x82, 0xac, 0x80, 0xbf, 0xff) },
);
const stream = fc.array(byte, { maxLength: 400, size: 'max' }).map((bytes) => Buffer.from(bytes));

describe('splitLines', () => {
  it('gives the same lines however the bytes arrive', () => {
    fc.assert(
      fc.property(
        stream,
        fc.array(fc.nat(400), { maxLength: 12, size: 'max' }),
        fc.integer({ min: 16, max: 60 }),
        fc.integer({ min: 1, max: 5 }),
        (bytes, cuts, lineBytes, maxLines) => {
          expect(fed(bytes, cuts, lineBytes, maxLines)).toEqual(fed(bytes, [], lineBytes, Number.POSITIVE_INFINITY));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('gives, with pieces joined, exactly the lines of the whole text', () => {
    fc.assert(
      fc.property(stream, fc.integer({ min: 16, max: 60 }), (bytes, lineBytes) => {
        let text = '';
        const joined: string[] = [];
        for (const piece of fed(bytes, [], lineBytes, Number.POSITIVE_INFINITY)) {
          text += piece.text;
          if (!piece.continued) {
            joined.push(text);
            text = '';
          }
        }
        const expected = bytes.toString('utf8').split('\n');
        const last = expected.pop() ?? '';
        const lines = expected.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
        // A last line without a line end is a line when it has any bytes.
        expect(joined).toEqual(last === '' ? lines : [...lines, last]);
        expect(text).toBe('');
      }),
      { numRuns: 500 },
    );
  });

  it('never makes a piece longer than the limit and never cuts a character', () => {
    const table = new LineTable();
    const bytes = Buffer.from(`${'€'.repeat(100)}\n`);
    splitLines(bytes, 20, 1000, table);
    const found = pieces(bytes, table);
    expect(found.map((piece) => piece.text).join('')).toBe('€'.repeat(100));
    expect(found.every((piece) => Buffer.byteLength(piece.text) <= 20 && !piece.text.includes('\uFFFD'))).toBe(true);
    expect(found.map((piece) => piece.continued)).toEqual([...found.slice(1).map(() => true), false]);
  });

  it('keeps a line of exactly the limit whole', () => {
    const table = new LineTable();
    expect(splitLines(Buffer.from(`${'a'.repeat(20)}\n`), 20, 10, table)).toBe(21);
    expect(table.count).toBe(1);
    expect(table.isContinued(0)).toBe(false);
  });
});
