import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseGoWork } from '../../../../../src/managers/devServers/watch/goWork.ts';
import { sortModules, moduleGlobs } from '../../../../../src/managers/devServers/watch/goSources.ts';

describe('parseGoWork', () => {
  it.each([
    ['use ./a', ['./a']],
    ['go 1.24\r\nuse ./a // why\r\nuse ../b//why\r\n', ['./a', '../b']],
    ['use (\n\t.\n\t"./with space" // x\n\t`./raw`\n\n\t// ./none\n)\nuse ./c', ['.', './with space', './raw', './c']],
    ['use(\n./a\n)', ['./a']],
    ['replace (\n\texample.com/a => ./no\n)\ntoolchain go1.24\nuse ./yes', ['./yes']],
    ['replace example.com/a => ./no\n// use ./no', []],
    ['use "quoted\\"mark"', ['quoted"mark']],
    ['use (\n./unclosed', ['./unclosed']],
    ['use', []],
    ['', []],
  ])('%j', (text, folders) => {
    expect(parseGoWork(text)).toEqual(folders);
  });

  it('finds whatever is written as the Go command writes it, and throws for nothing', () => {
    const folder = fc.stringMatching(/^[a-z./]{1,12}$/).filter((text) => !text.includes('//'));
    fc.assert(
      fc.property(fc.array(folder), (folders) => {
        expect(parseGoWork(`go 1.24\n\nuse (\n${folders.map((one) => `\t${one}\n`).join('')})\n`)).toEqual(folders);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseGoWork(text))));
  });
});

describe('the modules of a go.work', () => {
  it('are told apart by where they lie', () => {
    expect(sortModules('/w/p', ['.', './a/b', '../lib', '../lib/inner', '/else', '..', '/', '../lib'])).toEqual({
      inside: ['a/b'],
      outside: ['/w/lib', '/else'],
    });
  });

  it('are named in globs with their wildcards escaped', () => {
    expect(moduleGlobs('a[b]/c')).toEqual([
      String.raw`a\[b\]/c/**/*.go`,
      String.raw`a\[b\]/c/go.mod`,
      String.raw`a\[b\]/c/go.sum`,
    ]);
    expect(moduleGlobs('')).toEqual(['**/*.go', 'go.mod', 'go.sum']);
  });
});
