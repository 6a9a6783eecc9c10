import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readText, told } from './reading.ts';
import { distinct, written } from './written.ts';

describe('problems of Vite 8, recorded', () => {
  it('reads what Rolldown draws, and what plugins throw', () => {
    const output = `vite v8.3.8 building client environment for production...
transforming...
✗ Build failed in 59ms
error during build:
Build failed with 3 errors:

[plugin x] /p/demo/src/c.js
Error: first
second
    at TransformPluginContextImpl.transform (file:///p/demo/vite.config.js:14:10)
\u001B[31m[UNRESOLVED_IMPORT] \u001B[0mCould not resolve './nope.js' in src/main.js
   \u001B[38;5;246m╭\u001B[0m\u001B[38;5;246m─\u001B[0m\u001B[38;5;246m[\u001B[0m src/main.js:1:8 \u001B[38;5;246m]\u001B[0m
   │
 1 │ import './nope.js'
   │        ─────┬─────
   │             ╰─────── Module not found.
   │
   │ Help: 'src/main.js' is imported by the following path:
   │         - src/main.js
───╯

[PARSE_ERROR] Unexpected token
   ╭─[ src/d.js:1:11 ]
   │
 1 │ const a = ;
───╯

[plugin boom] /p/demo/src/main.js:2:3
RolldownError: boom happened
    at error (file:///p/demo/node_modules/rolldown/dist/shared/logs.mjs:164:24)
  errors: [Getter/Setter]
}`;
    expect(told(readText('vite', output))).toEqual([
      '/p/demo/src/c.js:0:0 error [plugin x] first\nsecond',
      "/p/demo/src/main.js:1:8 error UNRESOLVED_IMPORT Could not resolve './nope.js' in src/main.js",
      '/p/demo/src/d.js:1:11 error PARSE_ERROR Unexpected token',
      '/p/demo/src/main.js:2:4 error [plugin boom] boom happened',
    ]);
  });

  it('reads an import that cannot be resolved', () => {
    const output = `error during build:
Build failed with 1 error:

Error: [vite]: Rolldown failed to resolve import "nopkg" from "/p/demo/src/main.js".
This is most likely unintended because it can break your application at runtime.

    at viteLog (file:///p/demo/node_modules/vite/dist/node/chunks/node.js:34880:57)`;
    expect(told(readText('vite', output))).toEqual([
      '/p/demo/src/main.js:0:0 error [vite]: Rolldown failed to resolve import "nopkg" from "/p/demo/src/main.js".\nThis is most likely unintended because it can break your application at runtime.',
    ]);
  });

  it('reads errors without a place, and their cause', () => {
    const output = `error during build:
Build failed with 1 error:

[builtin:vite-json] plugin \`builtin:vite-json\` threw an error

Caused by:
    expected value at line 1 column 8

Stack backtrace:
   0: <unknown>
             at ./nptl/pthread_create.c:442:8

error during build:
Build failed with 1 error:

[UNRESOLVED_ENTRY] Cannot resolve entry module index.html.

error during build:
Build failed with 1 error:

[plugin x]
RolldownError: no id
failed to load config from /p/demo/vite.config.js
error during build:
Error: in config
    at file:///p/demo/vite.config.js:1:1`;
    expect(told(readText('vite', output))).toEqual([
      ':0:0 error [builtin:vite-json] plugin `builtin:vite-json` threw an error\nexpected value at line 1 column 8',
      ':0:0 error UNRESOLVED_ENTRY Cannot resolve entry module index.html.',
      ':0:0 error [plugin x] no id',
      '/p/demo/vite.config.js:0:0 error in config',
    ]);
  });

  it('takes what is drawn before a failure, and after a new build began, for warnings', () => {
    const warning = `[EVAL] Use of direct \`eval\` function is strongly discouraged.
   ╭─[ src/main.js:1:22 ]
   │`;
    const output = `${warning}\n[plugin boom] careful\ntransforming...\n✓ built in 82ms\nBuild failed with 1 error:\n\nbuild started...\n${warning.replace('1:22', '2:2')}`;
    expect(told(readText('vite', output))).toEqual([
      '/p/demo/src/main.js:1:22 warning EVAL Use of direct `eval` function is strongly discouraged.',
      ':0:0 warning [plugin boom] careful',
      '/p/demo/src/main.js:2:2 warning EVAL Use of direct `eval` function is strongly discouraged.',
    ]);
  });
});

describe('problems of Vite with Rollup', () => {
  it.each([
    [
      'of syntax',
      'src/Home.base (3:8): Expression expected (Note that you need plugins to import files that are not JavaScript)\nfile: /p/demo/src/Home.base:3:8\n\n1: a: "P"\n3:   Slug: |-\n           ^\n    at getRollupError (x.js:1:2)',
      '/p/demo/src/Home.base:3:9 error Expression expected (Note that you need plugins to import files that are not JavaScript)',
    ],
    [
      'of a file',
      'Could not resolve "./nope.js" from "src/main.js"\nfile: /p/demo/src/main.js\n    at getRollupError (x.js:1:2)',
      '/p/demo/src/main.js:0:0 error Could not resolve "./nope.js" from "src/main.js"',
    ],
    [
      'of esbuild',
      '[vite:esbuild] Transform failed with 1 error:\n/p/demo/src/b.ts:1:18: ERROR: Unexpected ";"\nfile: /p/demo/src/b.ts:1:18\n\nUnexpected ";"\n1  |  const a = ;\n    at x (y.js:1:2)',
      '/p/demo/src/b.ts:1:19 error Unexpected ";"',
    ],
    [
      'of a plugin',
      '[vite:vue] Element is missing end tag.\nfile: C:/p/demo/src/App.vue?vue&type=template:3:4\n    at x (y.js:1:2)',
      String.raw`C:\p\demo\src\App.vue:3:5 error [vite:vue] Element is missing end tag.`,
    ],
    [
      'of an import',
      '[vite]: Rollup failed to resolve import "lowlight" from "/p/demo/src/a.ts".\nThis is most likely unintended.\n    at viteWarn (x.js:1:2)',
      '/p/demo/src/a.ts:0:0 error [vite]: Rollup failed to resolve import "lowlight" from "/p/demo/src/a.ts".\nThis is most likely unintended.',
    ],
  ])('reads a problem %s', (_, output, expected) => {
    const build = `vite v6.0.0 building for production...\n✗ Build failed in 21ms\nerror during build:\n${output}`;
    expect(told(readText('vite', build))).toEqual([expected]);
  });
});

describe('problems of Vite', () => {
  it('are read back as they were written', () => {
    fc.assert(
      fc.property(fc.array(written('js')), (items) => {
        const drawn = ({ file, line, column, message }: (typeof items)[number]): string =>
          `[SOME_CODE] ${message}\n   ╭─[ ${file}:${String(line)}:${String(column)} ]\n   │\n 1 │ x\n───╯\n`;
        const warnings = items.filter(({ severity }) => severity === 'warning');
        const errors = items.filter(({ severity }) => severity === 'error');
        const output = [...warnings.map(drawn), 'error during build:', 'Build failed:', '', ...errors.map(drawn)];
        const expected = [...warnings, ...errors].map((item) => ({
          ...item,
          file: `/p/demo/${item.file}`,
          code: 'SOME_CODE',
          source: 'vite',
        }));
        const text = output.filter((line) => line !== 'Build failed:').join('\n');
        expect(readText('vite', text)).toEqual(distinct(expected));
      }),
    );
  });
});
