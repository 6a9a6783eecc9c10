import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readText, told } from './reading.ts';
import { distinct, written } from './written.ts';

describe('problems of Cargo', () => {
  it('reads errors and warnings without code, hints and sums, recorded from Cargo 1.95', () => {
    const output = `   Compiling app v0.1.0 (/p/demo/app)
error[E0583]: file not found for module \`nope\`
 --> app/src/main.rs:2:1
  |
2 | mod nope;
  | ^^^^^^^^^
  |
  = help: to create the module \`nope\`, create file "app/src/nope.rs" or "app/src/nope/mod.rs"

error[E0425]: cannot find value \`y\` in this scope
  --> app/src/main.rs:16:20
   |
16 |     println!("{}", y);
   |                    ^
   |
help: a local variable with a similar name exists
   |
16 -     println!("{}", y);
16 +     println!("{}", x);
   |

warning: unused import: \`std::collections::HashMap\`
 --> app/src/main.rs:1:5
  |
  = note: \`#[warn(unused_imports)]\` (part of \`#[warn(unused)]\`) on by default

Some errors have detailed explanations: E0308, E0425, E0583.
For more information about an error, try \`rustc --explain E0308\`.
warning: \`app\` (bin "app") generated 1 warning (run \`cargo fix --bin "app" -p app\` to apply 1 suggestion)
error: could not compile \`app\` (bin "app") due to 2 previous errors; 1 warning emitted`;
    expect(told(readText('cargo', output))).toEqual([
      '/p/demo/app/src/main.rs:2:1 error E0583 file not found for module `nope`',
      '/p/demo/app/src/main.rs:16:20 error E0425 cannot find value `y` in this scope',
      '/p/demo/app/src/main.rs:1:5 warning unused import: `std::collections::HashMap`',
    ]);
  });

  it("reads Cargo's own errors, the short form, and colours", () => {
    const output = `error: string values must be quoted, expected literal string
 --> app/Cargo.toml:5:9
  |
5 | bogus =
error: no matching package named \`nopecrate\` found
location searched: crates.io index
required by package \`app v0.1.0 (/p/demo/app)\`

error: failed to run custom build command for \`app v0.1.0\`

Caused by:
  process didn't exit successfully

app/src/main.rs:1:64: error[E0382]: borrow of moved value: \`a\`: value borrowed here after move
app/src/main.rs:3:9: warning: unused variable: \`x\`
\u001B[1m\u001B[91merror[E0382]\u001B[0m\u001B[1m: borrow of moved value: \`a\`\u001B[0m
 \u001B[1m\u001B[94m--> \u001B[0mapp/src/main.rs:1:65
\u001B[1m\u001B[91merror\u001B[0m: could not compile \`app\` (bin "app") due to 1 previous error`;
    expect(told(readText('cargo', output))).toEqual([
      '/p/demo/app/Cargo.toml:5:9 error string values must be quoted, expected literal string',
      ':0:0 error no matching package named `nopecrate` found\nlocation searched: crates.io index\nrequired by package `app v0.1.0 (/p/demo/app)`',
      ":0:0 error failed to run custom build command for `app v0.1.0`\nCaused by:\nprocess didn't exit successfully",
      '/p/demo/app/src/main.rs:1:64 error E0382 borrow of moved value: `a`: value borrowed here after move',
      '/p/demo/app/src/main.rs:3:9 warning unused variable: `x`',
      '/p/demo/app/src/main.rs:1:65 error E0382 borrow of moved value: `a`',
    ]);
  });

  it('finds files that are named from the root of the workspace', () => {
    const there = new Set(['/p/demo/app/src/main.rs', '/p/demo/tools/x/src/own.rs']);
    const places = { cwd: '/p/demo/tools/x', root: '/p/demo', exists: (path: string) => there.has(path) };
    const output = ['app/src/main.rs', 'src/own.rs', 'src/gone.rs'].map((file) => `error: m\n --> ${file}:1:2`);
    expect(told(readText('cargo', output.join('\n'), places))).toEqual([
      '/p/demo/app/src/main.rs:1:2 error m',
      '/p/demo/tools/x/src/own.rs:1:2 error m',
      '/p/demo/tools/x/src/gone.rs:1:2 error m',
    ]);
  });

  it('reads back what was written, long or short', () => {
    fc.assert(
      fc.property(fc.array(written('rs')), fc.boolean(), (items, short) => {
        const output = items.map(({ file, line, column, message, severity }) => {
          const place = `${file}:${String(line)}:${String(column)}`;
          if (short) return `${place}: ${severity}[E1]: ${message}`;
          return `${severity}[E1]: ${message}\n  --> ${place}\n   |\n${String(line)} | code: 1:2\n   | ^^ here\n`;
        });
        const expected = items.map((item) => ({ ...item, file: `/p/demo/${item.file}`, code: 'E1', source: 'cargo' }));
        expect(readText('cargo', output.join('\n'))).toEqual(distinct(expected));
      }),
    );
  });
});
