import { describe, expect, it } from 'vitest';
import { placesToAdd } from '../../../../../src/views/devServers/editor/detection.ts';
import {
  manifestFileOf,
  pathToAdd,
  isDeclaredBy,
  samePath,
} from '../../../../../src/views/devServers/editor/manifestFile.ts';
import { devServer } from '../samples.ts';

describe('the project that a manifest speaks of', () => {
  const declared = devServer('a', { id: '1', manifest: '/work/devyard.yaml', devPath: '/work/a' });
  const recognised = devServer('a', { id: '2', manifest: null, preset: 'omniview', devPath: '/else/a' });

  it.each([
    ['/work/devyard.yaml', 'a', '.', '1'],
    ['/work/devyard.yaml', 'b', '.', undefined],
    ['/else/devyard.yaml', 'a', '.', undefined],
    ['/else/a/plugin.yaml', 'a', '.', '2'],
    // A project of a devyard.yaml further up, in whose folder a plugin.yaml lies.
    ['/work/a/plugin.yaml', 'a', '.', '1'],
    ['/work/plugin.yaml', 'a', '.', undefined],
    // Without an id it is known by its folder.
    ['/work/devyard.yaml', undefined, './a', '1'],
    ['/work/devyard.yaml', undefined, 'b', undefined],
  ])('%s, %s in %s: %s', (file, pluginId, root, id) => {
    expect([declared, recognised].find((one) => isDeclaredBy(one, file, { pluginId, root }))?.id).toBe(id);
  });

  it('is added by the manifest itself, or by the folder that a preset recognises', () => {
    expect(pathToAdd('/work/devyard.yml')).toBe('/work/devyard.yml');
    expect(pathToAdd('/work/a/plugin.yaml')).toBe('/work/a');
  });

  it('is shown in its manifest, or in the file by which it was recognised', () => {
    expect(manifestFileOf(declared)).toBe('/work/devyard.yaml');
    expect(manifestFileOf(recognised)).toBe('/else/a/plugin.yaml');
    expect(manifestFileOf({ ...recognised, preset: 'vite' })).toBe('/else/a/package.json');
  });
});

describe('paths', () => {
  it.each([
    ['C:\\Work\\a', 'c:/work/A/', 'win32', true],
    ['/Work', '/work', 'linux', false],
    ['/work/', '/work', 'linux', true],
    ['/', '/', 'linux', true],
    ['/a\\b', '/a/b', 'linux', false],
  ] as const)('%s and %s on %s: %s', (a, b, platform, same) => {
    expect(samePath(a, b, platform)).toBe(same);
  });
});

describe('places to look for projects', () => {
  it.each([
    ['nothing: the folder itself', [], ['/w (folder)']],
    ['a manifest at the top', ['/w/devyard.yaml'], ['/w/devyard.yaml']],
    ['one further down', ['/w/x/devyard.yml'], ['/w (folder)', '/w/x/devyard.yml']],
    ['both spellings', ['/w/devyard.yml', '/w/devyard.yaml'], ['/w/devyard.yaml']],
    ['plugins', ['/w/p/b/plugin.yaml', '/w/p/a/plugin.yaml'], ['/w (folder)', '/w/p/a (folder)', '/w/p/b (folder)']],
    ['a plugin beside a manifest', ['/w/p/plugin.yaml', '/w/p/devyard.yaml'], ['/w (folder)', '/w/p/devyard.yaml']],
    ['a plugin at the top', ['/w/plugin.yaml'], ['/w (folder)']],
  ])('%s', (_, files, expected) => {
    const places = placesToAdd('/w', files);
    expect(places.map(({ path, isManifest }) => (isManifest ? path : `${path} (folder)`))).toEqual(expected);
  });
});
