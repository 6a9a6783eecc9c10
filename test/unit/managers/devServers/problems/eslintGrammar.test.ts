import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readText, told } from './reading.ts';
import { written } from './written.ts';

describe('problems of ESLint', () => {
  it('reads the stylish form, as documented', () => {
    const output = `
/p/demo/src/full.js
  1:10  error    'addOne' is defined but never used            no-unused-vars
  2:9   warning  Use the isNaN function to compare with NaN    @scope/rules/use-isnan
  3:16  error    Parsing error: Unexpected token ;

C:\\p\\other.js
  12:5  error  Missing semicolon  semi

✖ 4 problems (3 errors, 1 warning)
  2 errors and 0 warnings potentially fixable with the \`--fix\` option.
`;
    expect(told(readText('eslint', output))).toEqual([
      "/p/demo/src/full.js:1:10 error no-unused-vars 'addOne' is defined but never used",
      '/p/demo/src/full.js:2:9 warning @scope/rules/use-isnan Use the isNaN function to compare with NaN',
      '/p/demo/src/full.js:3:16 error Parsing error: Unexpected token ;',
      String.raw`C:\p\other.js:12:5 error semi Missing semicolon`,
    ]);
  });

  it('reads the unix and the compact form', () => {
    const output = `/p/demo/a.js:1:10: 'addOne' is defined [but] never used. [Error/no-unused-vars]
/p/demo/a.js:3:16: Parsing error: Unexpected token. [Error]
/p/demo/a.js: line 2, col 9, Warning - Use the isNaN function (please). (use-isnan)
/p/demo/a.js: line 1, col 1, Error - Fatal error (parsing file)

4 problems`;
    expect(told(readText('eslint', output))).toEqual([
      "/p/demo/a.js:1:10 error no-unused-vars 'addOne' is defined [but] never used.",
      '/p/demo/a.js:3:16 error Parsing error: Unexpected token.',
      '/p/demo/a.js:2:9 warning use-isnan Use the isNaN function (please).',
      '/p/demo/a.js:1:1 error Fatal error (parsing file)',
    ]);
  });

  it('takes no row without a file for a problem', () => {
    expect(readText('eslint', '\n  12:5  error  m  semi\n')).toEqual([]);
  });

  it('reads back what was written, in every form', () => {
    const rule = fc.constantFrom('semi', '@a/b/c-d', 'no-x');
    const form = fc.constantFrom('stylish', 'unix', 'compact');
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(written('ts'), rule), { selector: ([item]) => JSON.stringify(item) }),
        form,
        (items, format) => {
          const output = items.map(([{ file, line, column, message, severity }, code]) => {
            const place = `${String(line)}:${String(column)}`;
            const Severity = severity === 'error' ? 'Error' : 'Warning';
            if (format === 'unix') return `/p/demo/${file}:${place}: ${message} [${Severity}/${code}]`;
            if (format === 'stylish') return `/p/demo/${file}\n  ${place}  ${severity}  ${message}      ${code}\n`;
            return `/p/demo/${file}: line ${String(line)}, col ${String(column)}, ${Severity} - ${message} (${code})`;
          });
          const expected = items.map(([item, code]) => ({
            ...item,
            file: `/p/demo/${item.file}`,
            code,
            source: 'eslint',
          }));
          expect(readText('eslint', output.join('\n'))).toEqual(expected);
        },
      ),
    );
  });
});
