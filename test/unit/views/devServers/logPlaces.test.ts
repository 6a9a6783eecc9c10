import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placesIn, sourceIn } from '../../../../src/views/devServers/logPlaces.ts';

const found = (text: string): readonly (readonly [string, number, number])[] =>
  placesIn(text).map(({ path, line, column }) => [path, line, column] as const);

describe('places in a log', () => {
  it.each([
    ['2026-11-21T12:00:00.000+01:00 [backend] pkg/main.go:3:7: undefined: x', 'pkg/main.go', 3, 7],
    ['./pkg/main.go:3: missing return', './pkg/main.go', 3, 1],
    ['src/app.ts(12,5): error TS1005: expected', 'src/app.ts', 12, 5],
    ['  --> src/main.rs:4:9', 'src/main.rs', 4, 9],
    ['    at run (/work/demo/server.mjs:10:3)', '/work/demo/server.mjs', 10, 3],
    ['C:\\work\\demo\\a.cs:4:2', 'C:\\work\\demo\\a.cs', 4, 2],
    ['"src/@types/x-y.d.ts:1:1"', 'src/@types/x-y.d.ts', 1, 1],
  ])('%s', (text, path, line, column) => {
    expect(found(text)).toEqual([[path, line, column]]);
  });

  it.each([
    'Local: http://127.0.0.1:15173/',
    'http://demo.example.com:8080/x',
    'listening on localhost:3000',
    '10:32:11 ready in 1.2 s',
    '2026-11-21T12:00:00.120+01:00',
    'v1.2.3:4',
    'go.mod has no place',
  ])('none in %s', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('tells where in the line they are', () => {
    const text = 'see a/b.ts:1:2 and c.ts:3';
    expect(placesIn(text).map(({ start, length }) => text.slice(start, start + length))).toEqual([
      'a/b.ts:1:2',
      'c.ts:3',
    ]);
  });

  it('reads hostile lines in no time', () => {
    expect(placesIn('a/'.repeat(1_000_000))).toEqual([]);
    for (const piece of ['a/', 'a.', '../', 'a.b/', '.'])
      expect(placesIn(piece.repeat(900).slice(0, 1990))).toEqual([]);
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        for (const { start, length, line, column } of placesIn(text)) {
          expect(start + length).toBeLessThanOrEqual(text.length);
          expect(Number.isSafeInteger(line) && Number.isSafeInteger(column)).toBe(true);
        }
      }),
    );
  });

  it('know whose line it is', () => {
    expect(sourceIn('2026-11-21T12:00:00.000+01:00 [ui] text [x] y')).toBe('ui');
    expect(sourceIn('── 2 lines dropped ──')).toBeUndefined();
  });
});
