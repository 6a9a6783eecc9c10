import * as fc from 'fast-check';
import { isAbsolute, normalize } from 'node:path/posix';
import { describe, expect, it } from 'vitest';
import { placeOf } from '../../../../../src/managers/devServers/problems/placeOf.ts';
import { demo } from './reading.ts';

describe('the place of a problem', () => {
  const windows = { cwd: String.raw`C:\p\demo`, root: String.raw`C:\p` };

  it.each([
    ['./pkg/a.go', demo, '/p/demo/pkg/a.go'],
    ['../x/./a.go', demo, '/p/x/a.go'],
    ['/q//b/../a.go', demo, '/q/a.go'],
    ['src/App.vue?type=style', demo, '/p/demo/src/App.vue'],
    ['file:///p/a%20b.js', demo, '/p/a b.js'],
    ['src/a.ts', windows, String.raw`C:\p\demo\src\a.ts`],
    ['D:/q/../a.ts', windows, String.raw`D:\a.ts`],
    [String.raw`\\server\share\a.ts`, windows, String.raw`\\server\share\a.ts`],
    ['file:///C:/p/a.js', windows, String.raw`C:\p\a.js`],
    ['', demo, ''],
    ['<stdin>', demo, ''],
    ['https://e.test/a.js', demo, ''],
    ['virtual:icons', demo, ''],
    ['file://%zz', demo, ''],
  ])('of %o', (written, places, expected) => {
    expect(placeOf(written, places)).toBe(expected);
  });

  it('is looked for in the folders above, but not above the project', () => {
    const asked: string[] = [];
    const exists = (path: string): boolean => {
      asked.push(path);
      return false;
    };
    expect(placeOf('a.rs', { cwd: '/p/demo/b/c', root: '/p/demo', exists })).toBe('/p/demo/b/c/a.rs');
    expect(asked).toEqual(['/p/demo/b/c/a.rs', '/p/demo/b/a.rs', '/p/demo/a.rs']);
    asked.length = 0;
    expect(placeOf('a.rs', { cwd: '/elsewhere', root: '/p/demo', exists })).toBe('/elsewhere/a.rs');
    expect(asked).toEqual(['/elsewhere/a.rs']);
  });

  it('is absolute and normalised, or nothing, for any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((path) => `file:${path}`),
        ),
        (text) => {
          const place = placeOf(text, demo);
          const onWindows = /^(?:[A-Za-z]:|\\\\)/.test(place);
          expect(place === '' || onWindows || (isAbsolute(place) && place === normalize(place))).toBe(true);
        },
      ),
    );
  });
});
