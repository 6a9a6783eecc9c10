import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseGoEmbed } from '../../../../../src/managers/devServers/watch/goEmbed.ts';

const names = (source: string): readonly string[] => parseGoEmbed(source).map(({ pattern }) => pattern);

describe('parseGoEmbed', () => {
  it.each([
    ['//go:embed a.txt b/*.html\nvar x string', ['a.txt', 'b/*.html']],
    ['var (\n\t//go:embed a.txt\n\tx string\n)', ['a.txt']],
    ['//go:embed\tdist\r\nvar x', ['dist']],
    ['//go:embed "with space" `raw"one`\n', ['with space', 'raw"one']],
    ['//go:embed .\n', ['.']],
    ['//go:embed ../up /abs a//b ./c d/../e\n', []],
    ['//go:embedded no\n//go:embed\n// go:embed no\n', []],
    ['x := "//go:embed no"\n//go:embed yes\n', ['yes']],
    ['x := `\n//go:embed no\n`\n//go:embed yes\n', ['yes']],
    ['/*\n//go:embed no\n*/\n//go:embed yes\n', ['yes']],
    ["r := '\"' //go:embed yes\n", ['yes']],
    ["r := '\\'' // it's \"open\n//go:embed yes\n", ['yes']],
    ['x := "open\n//go:embed yes\n', ['yes']],
    ['/* never closed\n//go:embed no\n', []],
  ])('%j', (source, patterns) => {
    expect(names(source)).toEqual(patterns);
  });

  it('tells what is hidden only with all:', () => {
    expect(parseGoEmbed('//go:embed all:dist "all:b c" d\n')).toEqual([
      { pattern: 'dist', all: true },
      { pattern: 'b c', all: true },
      { pattern: 'd', all: false },
    ]);
  });

  it('finds a directive after any closed text, and throws for nothing', () => {
    const closed = fc.oneof(
      fc.string().map((text) => JSON.stringify(text)),
      fc.string().map((text) => `\`${text.replaceAll('`', '')}\``),
      fc
        .string()
        .filter((text) => !`${text}*`.includes('*/'))
        .map((text) => `/*${text}*/`),
      fc.string().map((text) => `//${text.replaceAll(/[\r\n]/g, '').replace(/^go:embed/, '')}`),
    );
    fc.assert(
      fc.property(fc.array(closed), (texts) => {
        expect(names(`${texts.join('\n')}\n//go:embed found\n`)).toEqual(['found']);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseGoEmbed(`//go:embed ${text}`))));
  });

  it('takes time in proportion to a hostile source', () => {
    const hostile = `//go:embed x\n${'/*'.repeat(100_000)}${'"'.repeat(100_001)}`;
    expect(names(hostile)).toEqual(['x']);
  });
});
