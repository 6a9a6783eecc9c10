import { load } from 'js-yaml';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { told } from '../../../managers/devServers/manifest/parsing.ts';
import { byPath, mergedManifests, starterManifest } from '../../../../../src/views/devServers/editor/manifestText.ts';

const ids = (text: string): readonly string[] =>
  (load(text) as { projects: { id: string }[] }).projects.map(({ id }) => id);

describe('manifests that belong in one file', () => {
  const of = (id: string, top = ''): string => `${top}version: 1\nprojects:\n  - id: ${id}\n    root: .\n`;

  it('become one with the projects of all', () => {
    const merged = mergedManifests([of('a', '# From package.json\n'), of('b', '# From a Procfile\n'), of('c')]);
    expect(ids(merged)).toEqual(['a', 'b', 'c']);
    expect(merged).toContain('# From package.json');
    expect(merged).not.toContain('# From a Procfile');
  });

  it('stay as they are when there is one', () => {
    expect(mergedManifests([of('a')])).toBe(of('a'));
    expect(mergedManifests([])).toBe('');
  });

  it('keep what comes behind the projects', () => {
    const merged = mergedManifests(['projects:\n  - id: a\n\nversion: 1\n', of('b')]);
    expect(ids(merged)).toEqual(['a', 'b']);
    expect(load(merged)).toMatchObject({ version: 1 });
  });

  it('lose no project', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
    fc.assert(
      fc.property(fc.array(fc.array(name, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }), (files) => {
        const texts = files.map(
          (names) => `version: 1\nprojects:\n${names.map((id) => `  - id: ${JSON.stringify(id)}\n`).join('')}`,
        );
        expect(ids(mergedManifests(texts))).toEqual(files.flat());
      }),
    );
  });

  it('are told apart by their paths', () => {
    const groups = byPath([
      { path: '/a', n: 1 },
      { path: '/b', n: 2 },
      { path: '/a', n: 3 },
    ]);
    expect([...groups].map(([path, all]) => [path, all.map(({ n }) => n)])).toEqual([
      ['/a', [1, 3]],
      ['/b', [2]],
    ]);
  });
});

describe('a manifest to begin with', () => {
  it('is one', () => {
    expect(ids(starterManifest)).toEqual(['my-project']);
  });

  it('is one that Devyard takes, with what is commented out, too', async () => {
    expect(await told(starterManifest)).toEqual([]);
    const whole = starterManifest.replaceAll(/^ {4}# (?!Fills)/gm, '    ');
    expect(whole).toContain('\n    builds:\n');
    expect(await told(whole)).toEqual([]);
  });
});
