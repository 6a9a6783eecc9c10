import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseGitignore } from '../../../../../src/managers/devServers/watch/gitignore.ts';
import { makeGlobs } from '../../../../../src/managers/devServers/watch/globs.ts';
import { namedByEmbed } from '../../../../../src/managers/devServers/watch/named.ts';
import {
  makeSelection,
  toSlashes,
  type SelectionOptions,
  type Stance,
} from '../../../../../src/managers/devServers/watch/selection.ts';

/** Whether a file of the tree counts, by going down to it as the watch does. */
function counter(options: Partial<SelectionOptions>, gitignores: Record<string, string> = {}) {
  const selection = makeSelection({ root: '/p', include: [], exclude: [], ignorePaths: [], embedded: [], ...options });
  const enter = (folder: string, stance: Stance): Stance => {
    const text = gitignores[folder];
    if (text === undefined || stance.mode === 'named') return stance;
    return { ...stance, levels: [...stance.levels, parseGitignore(folder === '' ? '/p' : `/p/${folder}`, text)] };
  };
  return (path: string): boolean => {
    let stance = enter('', { mode: 'open', levels: [] });
    const parts = path.split('/');
    for (let i = 1; i < parts.length; i += 1) {
      const folder = parts.slice(0, i).join('/');
      const inner = selection.stanceOf(folder, stance);
      if (inner === null) return false;
      stance = enter(folder, inner);
    }
    return selection.counts(path, stance);
  };
}

describe('what counts', () => {
  it('is what the includes name and the excludes do not', () => {
    const counts = counter({
      include: ['**/*.go', './go.*', 'ui/src/*.ts', 'web/'],
      exclude: ['**/gen/**', 'a_test.go'],
    });
    for (const path of ['a.go', 'x/y/a.go', 'go.mod', 'ui/src/a.ts', 'web/x/y.css']) expect(counts(path)).toBe(true);
    for (const path of ['a_test.go', 'x/gen/a.go', 'gen/a.go', 'x/go.mod', 'ui/src/in/a.ts', 'b.md']) {
      expect(counts(path)).toBe(false);
    }
  });

  it('is nothing in folders that are ignored by name, unless an include begins with it', () => {
    const counts = counter({ include: ['**/*.go', 'vendor/ours/**/*.go', '.tool/x.yaml'] });
    for (const path of ['node_modules/a.go', 'vendor/other/a.go', '.git/a.go', 'x/.y/a.go']) {
      expect(counts(path)).toBe(false);
    }
    expect(counts('vendor/ours/in/a.go')).toBe(true);
    expect(counts('.tool/x.yaml')).toBe(true);
    expect(counts('.tool/a.go')).toBe(false);
  });

  it('heeds .gitignore files, the inner ones first', () => {
    const counts = counter(
      { include: ['**/*.go', 'plugin.yaml'] },
      { '': '*_gen.go\n/made/\nplugin.yaml\n', a: '!keep_gen.go\n/b\n', made: '!*\n' },
    );
    for (const path of ['a/keep_gen.go', 'plugin.yaml', 'x/made/a.go', 'x/b/c.go']) expect(counts(path)).toBe(true);
    for (const path of ['x_gen.go', 'a/x_gen.go', 'a/b/c.go', 'made/a.go', 'b_gen.go'])
      expect(counts(path)).toBe(false);
  });

  it('is what is embedded, also in ignored folders, but never what is excluded or built', () => {
    const embedded = [namedByEmbed('ui', { pattern: 'dist', all: false })];
    const options = {
      include: ['cmd/*.go'],
      embedded,
      exclude: ['**/*.map'],
      ignorePaths: ['/p/ui/dist/bin', '/p/out'],
    };
    const counts = counter(options, { '': 'dist\n' });
    expect(counts('ui/dist/a/b.js')).toBe(true);
    for (const path of ['ui/dist/a.map', 'ui/dist/bin/x', 'ui/dist/bin', 'ui/other.js', 'dist/a.js']) {
      expect(counts(path)).toBe(false);
    }
    expect(counter({ ...options, include: ['**/*'] })('outer.go')).toBe(true);
    expect(counter({ ...options, include: ['**/*'] })('out/a.go')).toBe(false);
  });

  it('never lies in a folder that is passed over', () => {
    const part = fc.constantFrom('a', 'b', 'x.go', 'ui');
    const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    const piece = fc.constantFrom('*', '**', 'a', 'b', '?', '{a,b}', 'x.go', '*.go', '!(a)', '[ab]', 'ui');
    const glob = fc.array(piece, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(
        fc.array(glob, { maxLength: 3 }),
        fc.array(glob, { maxLength: 2 }),
        path,
        (include, exclude, path) => {
          const globs = makeGlobs(include, exclude);
          expect(counter({ include, exclude })(path)).toBe(globs.includes(path) && !globs.excludes(path));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('is the same whatever the separator of the system', () => {
    expect(toSlashes(String.raw`a\b\c`, '\\')).toBe('a/b/c');
    expect(toSlashes(String.raw`a\b`, '/')).toBe(String.raw`a\b`);
  });

  it('is about Go only where an include is', () => {
    expect(makeGlobs(['**/*.go'], []).isGo).toBe(true);
    expect(makeGlobs(['go.*'], []).isGo).toBe(true);
    expect(makeGlobs(['ui/src/**/*.ts'], []).isGo).toBe(false);
  });
});
