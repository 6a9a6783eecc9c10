import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readText, told } from './reading.ts';
import { distinct, written } from './written.ts';

const colours = (text: string): string => text.replaceAll('␛', '\u001B');

describe('problems of tsc', () => {
  it('reads the plain form with its chains of reasons, recorded from TypeScript 7', () => {
    const output = `src/a.ts(2,21): error TS2322: Type 'string' is not assignable to type 'number'.
src/v.ts(2,23): error TS2322: Type '(x: { deep: number; }) => string' is not assignable to type '(x: { deep: string; }) => number'.
  Types of parameters 'x' and 'x' are incompatible.
    Type '{ deep: string; }' is not assignable to type '{ deep: number; }'.
src/app/(group)/page.tsx(5,35): error TS2341: Property 'x' is private and only accessible within class 'K'.
error TS18003: No inputs were found in config file '/p/demo/t2.json'.`;
    expect(told(readText('tsc', output))).toEqual([
      "/p/demo/src/a.ts:2:21 error TS2322 Type 'string' is not assignable to type 'number'.",
      "/p/demo/src/v.ts:2:23 error TS2322 Type '(x: { deep: number; }) => string' is not assignable to type '(x: { deep: string; }) => number'.\n  Types of parameters 'x' and 'x' are incompatible.\n    Type '{ deep: string; }' is not assignable to type '{ deep: number; }'.",
      "/p/demo/src/app/(group)/page.tsx:5:35 error TS2341 Property 'x' is private and only accessible within class 'K'.",
      ":0:0 error TS18003 No inputs were found in config file '/p/demo/t2.json'.",
    ]);
  });

  it('reads the pretty form without code, related places and sums', () => {
    const output = `␛[96msrc/a.ts␛[0m:␛[93m2␛[0m:␛[93m21␛[0m - ␛[91merror␛[0m␛[90m TS2322: ␛[0mType 'string' is not assignable to type 'number'.

␛[7m2␛[0m const a: A = { b: { c: 'x' } };
␛[7m ␛[0m ␛[91m                    ~␛[0m

  ␛[96msrc/a.ts␛[0m:␛[93m1␛[0m:␛[93m20␛[0m - The expected type comes from property 'c' which is declared here on type '{ c: number; }'
    ␛[7m1␛[0m interface A { b: { c: number } }
    ␛[7m ␛[0m ␛[96m                   ~␛[0m

␛[96msrc/v.ts␛[0m:␛[93m4␛[0m:␛[93m3␛[0m - ␛[91merror␛[0m␛[90m TS2769: ␛[0mNo overload matches this call.
  The last overload gave the following error.
    Argument of type 'boolean' is not assignable to parameter of type 'string'.

␛[7m4␛[0m g(true);
␛[7m ␛[0m ␛[91m  ~~~~␛[0m

␛[91merror␛[0m␛[90m TS5058: ␛[0mThe specified path does not exist: '/p/demo/none.json'.

Found 7 errors in 2 files.

Errors  Files
     4  src/a.ts␛[90m:2␛[0m`;
    expect(told(readText('tsc', colours(output)))).toEqual([
      "/p/demo/src/a.ts:2:21 error TS2322 Type 'string' is not assignable to type 'number'.",
      "/p/demo/src/v.ts:4:3 error TS2769 No overload matches this call.\n  The last overload gave the following error.\n    Argument of type 'boolean' is not assignable to parameter of type 'string'.",
      ":0:0 error TS5058 The specified path does not exist: '/p/demo/none.json'.",
    ]);
  });

  it('reads paths of Windows', () => {
    const places = { cwd: String.raw`C:\p\demo`, root: String.raw`C:\p\demo` };
    expect(told(readText('tsc', 'src/a.ts(2,21): error TS1: m\r\nC:\\p\\b.ts:1:2 - error TS2: n\r', places))).toEqual([
      String.raw`C:\p\demo\src\a.ts:2:21 error TS1 m`,
      String.raw`C:\p\b.ts:1:2 error TS2 n`,
    ]);
  });

  it('reads back what was written, plain or pretty', () => {
    fc.assert(
      fc.property(fc.array(written('ts')), fc.boolean(), (items, pretty) => {
        const output = items.map(({ file, line, column, message, severity }) =>
          pretty
            ? `${file}:${String(line)}:${String(column)} - ${severity} TS1: ${message}\n  reason\n\n${String(line)} code(1,2);\n  ~~~\n`
            : `${file}(${String(line)},${String(column)}): ${severity} TS1: ${message}\n  reason`,
        );
        const expected = items.map((item) => ({
          ...item,
          file: `/p/demo/${item.file}`,
          message: `${item.message}\n  reason`,
          code: 'TS1',
          source: 'tsc',
        }));
        expect(readText('tsc', output.join('\n'))).toEqual(distinct(expected));
      }),
    );
  });
});
