import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readText, told } from './reading.ts';
import { distinct, written } from './written.ts';

describe('problems of Go', () => {
  it('reads a build, with reasons that go on over lines, recorded from Go 1.26', () => {
    const output = `# example.com/demo/pkg/inner
pkg/inner/i.go:6:11: cannot use T{} (value of struct type T) as I value in variable declaration: T does not implement I (wrong type for method M)
		have M(string)
		want M(int)
pkg/inner/i.go:8:29: declared and not used: unused
pkg/inner/i.go:8:41: not enough arguments in call to F
	have ()
	want (int)
# example.com/demo/pkg
pkg/a.go:13:1: syntax error: unexpected EOF, expected }
# example.com/demo
./main.go:9:21: undefined: undefinedName
./main.go:9:22: too many errors`;
    expect(told(readText('go', output))).toEqual([
      '/p/demo/pkg/inner/i.go:6:11 error cannot use T{} (value of struct type T) as I value in variable declaration: T does not implement I (wrong type for method M)\nhave M(string)\nwant M(int)',
      '/p/demo/pkg/inner/i.go:8:29 error declared and not used: unused',
      '/p/demo/pkg/inner/i.go:8:41 error not enough arguments in call to F\nhave ()\nwant (int)',
      '/p/demo/pkg/a.go:13:1 error syntax error: unexpected EOF, expected }',
      '/p/demo/main.go:9:21 error undefined: undefinedName',
    ]);
  });

  it('names files relative to where the build ran', () => {
    const output = '# example.com/demo\n../main.go:8:6: declared and not used: x';
    expect(told(readText('go', output, { cwd: '/p/demo/pkg', root: '/p/demo' }))).toEqual([
      '/p/demo/main.go:8:6 error declared and not used: x',
    ]);
  });

  it.each([
    ['without a column', 'foo.y:12: cannot use "a"', '/p/demo/foo.y:12:0 error cannot use "a"'],
    ['of vet', 'vet: ./main.go:8:14: cannot use "hello"', '/p/demo/main.go:8:14 error cannot use "hello"'],
    [
      'of a package that is not required',
      'cmd/m.go:5:2: no required module provides package github.com/none/such; to add it:\n\tgo get github.com/none/such',
      '/p/demo/cmd/m.go:5:2 error no required module provides package github.com/none/such; to add it:\ngo get github.com/none/such',
    ],
    [
      'of an embed',
      'em/a.go:3:12: pattern x.txt: no matching files found',
      '/p/demo/em/a.go:3:12 error pattern x.txt: no matching files found',
    ],
    [
      'in go.mod',
      'go: errors parsing go.mod:\ngo.mod:4: unknown directive: requre',
      '/p/demo/go.mod:4:0 error unknown directive: requre',
    ],
    [
      'in an absolute go.mod',
      'go: errors parsing /p/other/go.mod:\n/p/other/go.mod:3: usage: require module/path v1.2.3',
      '/p/other/go.mod:3:0 error usage: require module/path v1.2.3',
    ],
    ['in go.mod, in one line', 'go: go.mod:5: invalid go version', '/p/demo/go.mod:5:0 error invalid go version'],
    [
      'of the version of Go',
      'go: go.mod requires go >= 1.99 (running go 1.26.8; GOTOOLCHAIN=local)',
      '/p/demo/go.mod:0:0 error requires go >= 1.99 (running go 1.26.8; GOTOOLCHAIN=local)',
    ],
    [
      'about modules',
      'go: updates to go.mod needed; to update it:\n\tgo mod tidy',
      ':0:0 error updates to go.mod needed; to update it:\ngo mod tidy',
    ],
    [
      'of an import cycle',
      'package example.com/demo/a\n\timports example.com/demo/b from a.go\n\timports example.com/demo/a from b.go: import cycle not allowed',
      ':0:0 error package example.com/demo/a\nimports example.com/demo/b from a.go\nimports example.com/demo/a from b.go: import cycle not allowed',
    ],
    [
      'of the linker',
      '# example.com/demo/em\nruntime.main_main·f: function main is undeclared in the main package',
      ':0:0 error runtime.main_main·f: function main is undeclared in the main package',
    ],
    ['on Windows', String.raw`C:\a\b.go:3:4: undefined: x`, String.raw`C:\a\b.go:3:4 error undefined: x`],
  ])('reads a problem %s', (_, output, expected) => {
    expect(told(readText('go', output))).toEqual([expected]);
  });

  it('takes nothing else for a problem', () => {
    const output = [
      'go: downloading github.com/x/y v1.2.3',
      'go: finding module for package github.com/none/such',
      '2026/01/02 10:11:12 main.go is fine',
      'localhost:8080: ready',
      'package example.com/demo/a',
      'ok  	example.com/demo	0.002s',
      '	/usr/lib/go/src/runtime/proc.go:250 +0x1d',
    ].join('\n');
    expect(readText('go', output)).toEqual([]);
  });

  it('reads back what was written', () => {
    fc.assert(
      fc.property(fc.array(written('go')), fc.boolean(), (items, columns) => {
        const output = items.map(
          ({ file, line, column, message }) =>
            `./${file}:${String(line)}:${columns ? `${String(column)}:` : ''} ${message}\n\thave (x)`,
        );
        const expected = items.map(({ file, line, column, message }) => ({
          file: `/p/demo/${file}`,
          line,
          column: columns ? column : 0,
          message: `${message}\nhave (x)`,
          severity: 'error',
          source: 'go',
        }));
        expect(readText('go', ['# demo', ...output].join('\n'))).toEqual(distinct(expected));
      }),
    );
  });
});
