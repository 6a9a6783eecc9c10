import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskCredentials } from '../../../../../src/managers/shared/git/credentials.ts';
import { GitOutput } from '../../../../../src/managers/shared/git/output.ts';
import type { CloneProgress } from '../../../../../src/managers/shared/git/progress.ts';

/** As Git 2.39 wrote it. */
const recorded = [
  "Cloning into '/tmp/clone'...\n",
  'remote: Enumerating objects: 503, done.        \n',
  'remote: Counting objects:   0% (1/503)        \rremote: Counting objects:  50% (252/503)        \r',
  'remote: Counting objects: 100% (503/503), done.        \n',
  'remote: Compressing objects: 100% (502/502), done.        \n',
  'remote: Total 503 (delta 1), reused 0 (delta 0)        \n',
  'Receiving objects:   0% (1/503)\rReceiving objects:  50% (252/503), 1.20 MiB | 2.30 MiB/s\r',
  'Receiving objects: 100% (503/503), 1.93 MiB | 2.40 MiB/s, done.\n',
  'Resolving deltas: 100% (1/1), done.\n',
  'Updating files: 100% (501/501), done.\n',
].join('');

function read(pieces: readonly string[]): { lines: string[]; progress: CloneProgress[]; last: readonly string[] } {
  const lines: string[] = [];
  const progress: CloneProgress[] = [];
  const output = new GitOutput({ onLine: (line) => lines.push(line), onProgress: (each) => progress.push(each) });
  for (const piece of pieces) output.add(piece);
  output.finish();
  return { lines, progress, last: output.lines };
}

describe('GitOutput', () => {
  it('makes one progress of Git’s phases', () => {
    expect(read([recorded]).progress).toEqual([
      { step: 'Enumerating objects', fraction: null },
      { step: 'Counting objects (1 of 503)', fraction: 0 },
      { step: 'Counting objects (252 of 503)', fraction: 0.02 },
      { step: 'Counting objects (503 of 503)', fraction: 0.04 },
      { step: 'Compressing objects (502 of 502)', fraction: 0.1 },
      { step: 'Receiving objects (1 of 503)', fraction: 0.1 },
      { step: 'Receiving objects (252 of 503, 1.20 MiB at 2.30 MiB/s)', fraction: 0.45 },
      { step: 'Receiving objects (503 of 503, 1.93 MiB at 2.40 MiB/s)', fraction: 0.8 },
      { step: 'Resolving deltas (1 of 1)', fraction: 0.9 },
      { step: 'Updating files (501 of 501)', fraction: 0.97 },
    ]);
  });

  it('tells lines without what was drawn over, and keeps those that are no progress', () => {
    const { lines, last } = read([recorded]);
    expect(lines).toHaveLength(8);
    expect(lines).toContain('remote: Counting objects: 100% (503/503), done.');
    expect(last).toEqual(["Cloning into '/tmp/clone'...", 'remote: Total 503 (delta 1), reused 0 (delta 0)']);
  });

  it('gives the same, however the text is cut', () => {
    const whole = read([recorded]);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: recorded.length }), { maxLength: 20 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), recorded.length];
        expect(read(at.slice(1).map((end, index) => recorded.slice(at[index], end)))).toEqual(whole);
      }),
    );
  });

  it('never goes back and never passes 1, whatever the other side says', () => {
    const title = fc.constantFrom('Counting', 'Compressing', 'Receiving', 'Enumerating', 'Odd');
    const line = fc.tuple(fc.boolean(), title, fc.nat(), fc.nat(), fc.constantFrom('\r', '\n'));
    const texts = fc.array(
      line.map(
        ([remote, what, done, total, end]) =>
          `${remote ? 'remote: ' : ''}${what} objects: 7% (${String(done)}/${String(total)})${end}`,
      ),
    );
    fc.assert(
      fc.property(texts, (pieces) => {
        const fractions = read(pieces).progress.map(({ fraction }) => fraction ?? 0);
        expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
        expect(Math.max(0, ...fractions)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('bounds what it keeps, and takes control characters out', () => {
    const { last, lines } = read([
      'x'.repeat(1_000_000),
      'y\n',
      'remote: \u001b[31mred\u0007\u001b[0m\n',
      'z\n'.repeat(100),
    ]);
    expect(lines[0]).toHaveLength(2000);
    expect(lines[1]).toBe('remote: red');
    expect(last).toHaveLength(30);
  });
});

describe('maskCredentials', () => {
  it.each([
    [
      "fatal: unable to access 'https://me:hunter2@host/repo/': no",
      "fatal: unable to access 'https://***@host/repo/': no",
    ],
    ['https://ghp_hunter2@host/', 'https://***@host/'],
    ['https://a:hun@ter2@host/@scope/x', 'https://***@host/@scope/x'],
    ['ssh://git:hunter2@host/x and ssh://git@host/y', 'ssh://***@host/x and ssh://git@host/y'],
    ['https://host/a@b and git@github.com:x', 'https://host/a@b and git@github.com:x'],
  ])('%s', (text, masked) => {
    expect(maskCredentials(text)).toBe(masked);
  });
});
