import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { complaintIn, failureOf } from '../../../../../src/managers/codeServers/extensions/reason.ts';

/** As code-server 4.139 wrote them. */
const cut = 'End of central directory record signature not found. Either not a zip file, or file is truncated.';
const stack = `[2026-11-21T06:38:59.405Z] error parent:30552 Uncaught exception: ${cut}
[2026-11-21T06:38:59.405Z] error parent:30552 Error: ${cut}
    at mT (file:///x/server-main.js:53:2708)
    at FSReqCallback.wrapper [as oncomplete] (node:fs:730:5)
`;
const deprecation = `(node:1) [DEP0040] DeprecationWarning: The punycode module is deprecated.
(Use \`node --trace-deprecation ...\` to show where the warning was created)
`;
const because = (extension: string, words: string) => `Error while installing extension ${extension}: ${words}\n`;
const failed = (...names: string[]) => `Failed Installing Extensions: ${names.join(', ')}\n`;

const of = (extension: string, stderr: string, exitCode: number | undefined = 1) =>
  failureOf({ extension, stderr, exitCode });

describe('why an installation failed', () => {
  it.each<[string, string, string, string, string]>([
    [
      'unknown id',
      'a.nope',
      `${deprecation}Extension 'a.nope' not found.\nMake sure you use the full extension ID, including the publisher, e.g.: x.y\n${failed('a.nope')}`,
      'not-found',
      "The gallery has no a.nope (code-server says: Extension 'a.nope' not found).",
    ],
    [
      'broken download',
      'a.broken',
      because('a.broken', cut) + failed('a.broken') + stack,
      'unavailable',
      `What was downloaded for a.broken is broken, not a package of an extension (code-server says: ${cut.slice(0, -1)}).`,
    ],
    [
      'broken part',
      'A.Pack@1.0.0',
      stack + because('a.broken', cut) + because('a.pack', cut) + failed('a.broken', 'a.pack'),
      'unavailable',
      `What was downloaded for a.broken is broken, not a package of an extension (code-server says: ${cut.slice(0, -1)}). A.Pack@1.0.0 needs it.`,
    ],
    [
      'broken part, told last',
      'A.Pack@1.0.0',
      because('a.pack', cut) + because('a.broken', cut) + failed('a.broken', 'a.pack'),
      'unavailable',
      `What was downloaded for a.broken is broken, not a package of an extension (code-server says: ${cut.slice(0, -1)}). A.Pack@1.0.0 needs it.`,
    ],
    [
      'torn download',
      'a.one',
      because('a.one', "Unable to write file '/x' (Error: aborted)"),
      'unavailable',
      "The connection to the gallery broke off while a.one was fetched (code-server says: Unable to write file '/x' (Error: aborted)).",
    ],
    [
      'full disk',
      'a.one',
      because('a.one', "Unable to write file '/x' (Error: ENOSPC: no space left on device, write)"),
      'disk-full',
      "There is no space left to install a.one (code-server says: Unable to write file '/x' (Error: ENOSPC: no space left on device, write)).",
    ],
    [
      'incompatible',
      'a.future',
      because(
        'a.future',
        "Can't install 'a.future' extension because it is not compatible with the current version of code-server (version 1.139.1).",
      ),
      'unavailable',
      "a.future needs another version of code-server (code-server says: Can't install 'a.future' extension because it is not compatible with the current version of code-server (version 1.139.1)).",
    ],
    [
      'incompatible file',
      '/x/a.vsix',
      "Error: Unable to install extension 'a.f' as it is not compatible with VS Code '1.139.1'.\n    at x (y:1:2)\nFailed Installing Extensions: file:///x/a.vsix\n",
      'unavailable',
      "/x/a.vsix needs another version of code-server (code-server says: Unable to install extension 'a.f' as it is not compatible with VS Code '1.139.1').",
    ],
    [
      'unreachable',
      'a.one',
      'Error while installing extensions: connect ECONNREFUSED 127.0.0.1:1\nconnect ECONNREFUSED 127.0.0.1:1\n',
      'unavailable',
      'The extension gallery does not answer as it should, so a.one was not installed (code-server says: connect ECONNREFUSED 127.0.0.1:1).',
    ],
    ['other words', 'a.one', 'Something new\n', 'unavailable', 'a.one could not be installed: Something new'],
    [
      'no words',
      'a.one',
      stack,
      'unavailable',
      'a.one could not be installed: code-server ended with exit code 1 and said nothing.',
    ],
  ])('%s', (_, extension, stderr, code, message) => {
    const error = of(extension, stderr);
    expect(error).toMatchObject({ code, message });
    expect(error.hint).toMatch(/\.$/);
  });

  it('tells a code-server that is not there from an extension that is not', () => {
    expect(of('a.one', 'sh: 1: exec: /x/code-server: not found', 127)).toMatchObject({ code: 'engine-missing' });
  });

  it('holds no stack, however the output is cut, and is never long', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(...(stack + deprecation + because('a.b', cut)).split('\n')),
      fc.string({ minLength: 600 }),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const { words } = complaintIn(lines.join('\n'), 'a.b');
        expect(words.length).toBeLessThanOrEqual(500);
        expect(words).not.toMatch(/^\s+at |DeprecationWarning/m);
      }),
    );
  });
});
