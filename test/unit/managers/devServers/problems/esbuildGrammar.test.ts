import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readText, told } from './reading.ts';
import { written } from './written.ts';

describe('problems of esbuild', () => {
  it('reads a report without code and notes, recorded from esbuild 0.28', () => {
    const output = `✘ [ERROR] Cannot assign to "a" because it is a constant

    src/c.js:4:0:
      4 │ a = 2;
        ╵ ^

  The symbol "a" was declared a constant here:

    src/c.js:3:6:
      3 │ const a = 1;
        ╵       ^

▲ [WARNING] Duplicate key "a" in object literal [duplicate-object-key]

    src/c.js:5:16:
      5 │ let b = { a: 1, a: 2 };
        ╵                 ^

  The original key "a" is here:

    src/c.js:5:10:
      5 │ let b = { a: 1, a: 2 };
        ╵           ^

✘ [ERROR] Could not resolve "fss"

    src/c.js:2:15:
      2 │ import fs from 'fss';
        ╵                ~~~~~

  You can mark the path "fss" as external to exclude it from the bundle, which will remove this error and leave the unresolved path in the bundle.

X [ERROR] Could not resolve "src/zz.js"

1 warning and 3 errors`;
    expect(told(readText('esbuild', output))).toEqual([
      '/p/demo/src/c.js:4:1 error Cannot assign to "a" because it is a constant',
      '/p/demo/src/c.js:5:17 warning duplicate-object-key Duplicate key "a" in object literal',
      '/p/demo/src/c.js:2:16 error Could not resolve "fss"',
      ':0:0 error Could not resolve "src/zz.js"',
    ]);
  });

  it('reads colours', () => {
    const output =
      '\u001B[31m✘ \u001B[41;31m[\u001B[41;97mERROR\u001B[41;31m]\u001B[0m \u001B[1mUnexpected ";"\u001B[0m\n\n    src/d.js:1:11:\n\u001B[37m      1 │ const x = (\u001B[32m;\u001B[37m';
    expect(told(readText('esbuild', output))).toEqual(['/p/demo/src/d.js:1:12 error Unexpected ";"']);
  });

  it('tells once what is in the report and in the exception after it', () => {
    const output = `✘ [ERROR] no place [plugin x-plug]

▲ [WARNING] warn [plugin x-plug]

✘ [ERROR] cannot load
second line [plugin x-plug]

    src/c.js:3:2:
      3 │ const a
        ╵   ^

  see here

    src/d.js:1:0:
      1 │ x
        ╵ ^

/p/demo/node_modules/esbuild/lib/main.js:1752
  let error = new Error(text);
              ^

Error: Build failed with 2 errors:
src/c.js:3:2: ERROR: [plugin: x-plug] cannot load
second line
src/e.js:1:15: ERROR: The symbol "x" has already been declared
error: Could not resolve "src/zz.js"
    at failureErrorWithLog (/p/demo/node_modules/esbuild/lib/main.js:1752:15)
src/f.js:1:1: ERROR: not in the list any more`;
    expect(told(readText('esbuild', output))).toEqual([
      ':0:0 error [plugin x-plug] no place',
      ':0:0 warning [plugin x-plug] warn',
      '/p/demo/src/c.js:3:3 error [plugin x-plug] cannot load\nsecond line',
      '/p/demo/src/e.js:1:16 error The symbol "x" has already been declared',
      ':0:0 error Could not resolve "src/zz.js"',
    ]);
  });

  it('names no file for what a plugin or the network provided', () => {
    const output = '✘ [ERROR] m\n\n    http-url:https://e.test/x.js:3:4:\n✘ [ERROR] n\n\n    <stdin>:1:2:';
    expect(told(readText('esbuild', output))).toEqual([':3:5 error m', ':1:3 error n']);
  });

  it('reads back what was written', () => {
    const ending = fc.constantFrom('plain', 'some-id', 'placeless');
    const items = fc.uniqueArray(fc.tuple(written('ts'), ending), { selector: ([{ message }]) => message });
    fc.assert(
      fc.property(items, (problems) => {
        const output = problems.map(([{ file, line, column, message, severity }, id]) =>
          [
            `${severity === 'error' ? '✘ [ERROR]' : '▲ [WARNING]'} ${message}${id === 'some-id' ? ` [${id}]` : ''}`,
            ...(id === 'placeless'
              ? []
              : ['', `    ${file}:${String(line)}:${String(column)}:`, '      1 │ x', '        ╵ ^']),
            '',
          ].join('\n'),
        );
        const expected = problems.map(([{ file, line, column, message, severity }, id]) => ({
          ...(id === 'placeless'
            ? { file: '', line: 0, column: 0 }
            : { file: `/p/demo/${file}`, line, column: column + 1 }),
          message,
          severity,
          ...(id === 'some-id' ? { code: id } : {}),
          source: 'esbuild',
        }));
        expect(readText('esbuild', output.join('\n'))).toEqual(expected);
      }),
    );
  });
});
