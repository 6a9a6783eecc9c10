import { chmod, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { parse, type ParseError, visit } from 'jsonc-parser';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { editText } from '../../../../src/managers/codeServers/editText.ts';
import { mergeIntoText, plainPatch } from '../../../../src/managers/codeServers/settingsText.ts';
import { initialSettings, UserSettings } from '../../../../src/managers/codeServers/userSettings.ts';
import { type Temporary, temporaryFolder } from '../../../support/temporary.ts';

type Patch = Readonly<Record<string, unknown>>;
const merge = (text: string, ...patches: readonly Patch[]): string => mergeIntoText(text, patches.map(plainPatch));

function read(text: string): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parse(text.replace(/^\uFEFF/, ''), errors, { allowTrailingComma: true });
  expect({ text, errors }).toEqual({ text, errors: [] });
  return value;
}

function comments(text: string): string[] {
  const found: string[] = [];
  visit(text, { onComment: (offset, length) => found.push(text.slice(offset, offset + length)) });
  return found;
}

describe('merging into a text', () => {
  it.each<[string, string, Patch, string]>([
    ['an empty text', '', { a: 1 }, '{\n    "a": 1\n}\n'],
    ['an empty object', '{}', { a: 1 }, '{\n    "a": 1\n}'],
    ['a comment alone', '// mine', { a: 1 }, '// mine\n{\n    "a": 1\n}\n'],
    ['a comment in an empty object', '{\n  // mine\n}\n', { a: 1 }, '{\n  // mine\n    "a": 1\n}\n'],
    [
      'a new key',
      '{\n  "a": 1\n}\n',
      { b: [1, { c: 2 }] },
      '{\n  "a": 1,\n  "b": [\n    1,\n    {\n      "c": 2\n    }\n  ]\n}\n',
    ],
    ['a trailing comma', '{\n\t"a": 1,\n}', { b: 2 }, '{\n\t"a": 1,\n\t"b": 2,\n}'],
    ['a comment behind the last value', '{\n  "a": 1 // of a\n}', { b: 2 }, '{\n  "a": 1, // of a\n  "b": 2\n}'],
    ['a comment behind the last comma', '{\n  "a": 1, // of a\n}', { b: 2 }, '{\n  "a": 1, // of a\n  "b": 2,\n}'],
    ['a comment at the end', '{\n  "a": 1\n  // "old": 1\n}', { b: 2 }, '{\n  "a": 1,\n  // "old": 1\n  "b": 2\n}'],
    ['a value in place', '{ "a": /* why */ 1 /* so */ }', { a: 2 }, '{ "a": /* why */ 2 /* so */ }'],
    [
      'Windows line ends',
      '{\r\n  "a": 1\r\n}\r\n',
      { b: { c: 1 } },
      '{\r\n  "a": 1,\r\n  "b": {\r\n    "c": 1\r\n  }\r\n}\r\n',
    ],
    ['a byte order mark', '\uFEFF{\n  "a": 1\n}', { a: 2 }, '\uFEFF{\n  "a": 2\n}'],
    [
      'a language block',
      '{\n  "[python]": {\n    "x": 1 // one\n  }\n}',
      { '[python]': { y: 2 } },
      '{\n  "[python]": {\n    "x": 1, // one\n    "y": 2\n  }\n}',
    ],
    ['an object on one line', '{\n  "o": { "x": 1 }\n}', { o: { y: 2 } }, '{\n  "o": { "x": 1, "y": 2 }\n}'],
    ['a new language block', '{\n}', { '[python]': { x: 1 } }, '{\n    "[python]": {\n        "x": 1\n    }\n}'],
    ['the same', '{ "a" :[1 , 2],}', { a: [1, 2] }, '{ "a" :[1 , 2],}'],
    ['the same object in another order', '{"o":{"b":1,"a":{}}}', { o: { a: {}, b: 1 } }, '{"o":{"b":1,"a":{}}}'],
    ['a key twice', '{\n  "a": 1,\n  "a": 2\n}', { a: 1 }, '{\n  "a": 1,\n  "a": 1\n}'],
    [
      'a replaced array with a comment',
      '{\n  "a": [\n    1 // one\n  ]\n}',
      { a: [2] },
      '{\n  // one\n  "a": [\n    2\n  ]\n}',
    ],
    ['a dotted key', '{\n  "a": {\n    "b": 1\n  }\n}', { 'a.b': 2 }, '{\n  "a": {\n    "b": 1\n  },\n  "a.b": 2\n}'],
  ])('%s', (_, text, patch, expected) => {
    expect(merge(text, patch)).toBe(expected);
    expect(merge(expected, patch)).toBe(expected);
  });

  it('lets later patches win, key by key', () => {
    const patches = [
      { a: 1, o: { x: 1, z: [1, 2] } },
      { o: { x: 2, y: 3, z: [3] }, b: 1 },
    ];
    expect(read(merge('{}', ...patches))).toEqual({ a: 1, o: { x: 2, z: [3], y: 3 }, b: 1 });
  });

  it('takes __proto__ and constructor for keys like any other', () => {
    const patch = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}') as Patch;
    const once = merge('{\n    "__proto__": {\n        "a": 1\n    }\n}', patch);
    expect(once).toContain('"__proto__": {\n        "a": 1,\n        "polluted": true\n    }');
    expect(once).toContain('"constructor": {\n        "prototype": {');
    expect(merge(once, patch)).toBe(once);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('leaves out what JSON cannot say, and refuses what it cannot hold', () => {
    expect(read(merge('{}', { a: undefined, b: 1 }))).toEqual({ b: 1 });
    const circle: Record<string, unknown> = {};
    circle['own'] = circle;
    expect(() => merge('{}', circle)).toThrow(expect.objectContaining({ code: 'invalid' }) as Error);
  });
});

describe('whatever is merged', () => {
  // None with a backslash: having read an object with the key `\`, JSON.parse of Node.js 24.21 takes `"\""` for it, too.
  const key = fc.oneof(
    fc.constantFrom(
      'a',
      'b',
      'editor.fontSize',
      '[python]',
      '__proto__',
      'constructor',
      'toString',
      '',
      '"',
      '//',
      'é\n',
    ),
    fc.string().filter((text) => !text.includes('\\')),
  );
  const leaf = fc.oneof(
    fc.boolean(),
    fc.constant(null),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string(),
  );
  const { value } = fc.letrec<{ value: unknown; object: Patch }>((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, leaf, fc.array(leaf, { maxLength: 3 }), tie('object')),
    object: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  }));
  const settings = fc
    .uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 5 })
    .map((entries) => Object.fromEntries(entries));
  const eol = fc.constantFrom('\n', '\r\n');
  const trivia = fc.constantFrom('', ' ', '\t', '\n', '/* c */', '// d\n', '\n  // e\n  ', ' /* f\n g */ ');

  /** The object as somebody might have written it. */
  const text = fc
    .tuple(settings, fc.array(trivia, { minLength: 1, maxLength: 30 }), fc.boolean(), eol, fc.boolean())
    .map(([object, gaps, trailingComma, lineEnd, bom]) => {
      let next = 0;
      const gap = (): string => gaps[next++ % gaps.length] ?? '';
      const write = (item: unknown): string => {
        if (Array.isArray(item)) return `[${gap()}${item.map((one) => write(one) + gap()).join(`,${gap()}`)}]`;
        if (typeof item !== 'object' || item === null) return JSON.stringify(item);
        const body = Object.entries(item).map(([k, v]) => `${JSON.stringify(k)}${gap()}:${gap()}${write(v)}${gap()}`);
        return `{${gap()}${body.join(`,${gap()}`)}${trailingComma && body.length > 0 ? `,${gap()}` : ''}}`;
      };
      const all = (gap() + write(object) + gap()).replaceAll('\n', lineEnd);
      return { text: (bom ? '\uFEFF' : '') + all, object: plainPatch(object) };
    });

  const isObject = (item: unknown): item is Record<string, unknown> =>
    typeof item === 'object' && item !== null && !Array.isArray(item);
  /** What the contract says, on plain values. */
  const merged = (base: unknown, patch: unknown): unknown => {
    if (!isObject(base) || !isObject(patch)) return patch;
    const result = new Map(Object.entries(base));
    for (const [name, inner] of Object.entries(patch))
      result.set(name, result.has(name) ? merged(result.get(name), inner) : inner);
    return Object.fromEntries(result);
  };
  /** The library's own reading turns `__proto__` into a prototype. */
  const strict = (body: string): unknown => {
    const plain = body.replace(/^\uFEFF/, '');
    let bare = '';
    let end = 0;
    const cut = (offset: number, length: number): void => {
      bare += plain.slice(end, offset);
      end = offset + length;
    };
    visit(plain, { onComment: cut }, { allowTrailingComma: true });
    bare += plain.slice(end);
    let out = '';
    let last = 0;
    visit(
      bare,
      {
        onSeparator: (character, offset) => {
          if (character !== ',' || !/^[\s]*[}\]]/.test(bare.slice(offset + 1))) return;
          out += bare.slice(last, offset);
          last = offset + 1;
        },
      },
      { allowTrailingComma: true },
    );
    return JSON.parse(out + bare.slice(last));
  };

  it('the result says exactly what was there and what was merged, with all comments, and stays so', () => {
    fc.assert(
      fc.property(text, fc.array(settings, { maxLength: 3 }), ({ text, object }, patches) => {
        const once = merge(text, ...patches);
        expect(strict(once)).toEqual(patches.map(plainPatch).reduce<unknown>(merged, object));
        expect(comments(once).toSorted()).toEqual(comments(text).toSorted());
        expect(once.startsWith('\uFEFF')).toBe(text.startsWith('\uFEFF'));
        if (/\r\n/.test(text)) expect(once.replaceAll('\r\n', '')).not.toMatch(/\r/);
        // With contradicting patches it is the whole sequence that ends where it ended before.
        expect(strict(merge(once, ...patches))).toEqual(strict(once));
        for (const patch of patches.slice(-1)) expect(merge(once, patch)).toBe(once);
      }),
      { numRuns: 200 },
    );
  });

  it('what is no settings is refused, with a place in it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), settings, (text, patch) => {
        let result = '{}';
        try {
          result = merge(text, patch, { a: 1 });
        } catch (error) {
          expect(error).toMatchObject({ name: 'NotSettings', line: 1, column: expect.any(Number) as number });
        }
        read(result);
      }),
    );
  });
});

describe('the file', () => {
  let folder: Temporary;
  let file: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
    file = join(folder.path, 'User', 'settings.json');
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  const write = async (text: string | Uint8Array): Promise<void> => {
    await mkdir(join(folder.path, 'User'), { recursive: true });
    await writeFile(file, text);
  };

  it('is made with its folder', async () => {
    expect(await new UserSettings(file).merge([{ a: 1 }])).toEqual(['a']);
    expect(await readFile(file, 'utf8')).toBe('{\n    "a": 1\n}\n');
  });

  it('is not made for nothing', async () => {
    expect(await new UserSettings(file).merge([{}])).toEqual([]);
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('is not written when nothing changes, and keeps its permissions when something does', async () => {
    await write('{ "a": 1 }');
    await chmod(file, 0o640);
    const { ino } = await stat(file);
    expect(await new UserSettings(file).merge([{ a: 1 }])).toEqual([]);
    expect((await stat(file)).ino).toBe(ino);
    expect(await new UserSettings(file).merge([{ a: 2 }])).toEqual(['a']);
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    expect(await readdir(join(folder.path, 'User'))).toEqual(['settings.json']);
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ['a missing comma', '{\n  "a": 1\n  "b": 2\n}', /settings\.json:3:3: comma expected/],
    ['half a file', '{\n  "a": ', /settings\.json:2:8: value expected/],
    ['an array', ' []', /settings\.json:1:2: it is no object/],
    ['no text', new Uint8Array([0x7b, 0xff, 0xfe]), /not a UTF-8 text/],
    ['a deep nest', '{"a":'.repeat(50_000), /nested too deeply/],
  ])('with %s is left alone', async (_, text, message) => {
    await write(text);
    await expect(new UserSettings(file).merge([{ a: 2 }])).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(message) as string,
      hint: expect.stringContaining('left as it is') as string,
    });
    expect(Buffer.compare(await readFile(file), Buffer.from(text))).toBe(0);
  });

  it.each([true, false])('is written through a link, to a file that is there: %s', async (there) => {
    const real = join(folder.path, 'real.json');
    if (there) await writeFile(real, '{ "a": 1 }');
    await mkdir(join(folder.path, 'User'));
    await symlink('../real.json', file);
    await new UserSettings(file).merge([{ b: 2 }]);
    expect(await readlink(file)).toBe('../real.json');
    expect(read(await readFile(real, 'utf8'))).toEqual(there ? { a: 1, b: 2 } : { b: 2 });
  });

  it('loses nothing when many merge at once', async () => {
    await write('{}');
    const settings = new UserSettings(file);
    await Promise.all(Array.from({ length: 20 }, (_, index) => settings.merge([{ [`k${String(index)}`]: index }])));
    expect(Object.keys(read(await readFile(file, 'utf8')) as object)).toHaveLength(20);
  });

  it('is begun anew when somebody else writes it in between, and given up when that never ends', async () => {
    await write('one');
    const seen: string[] = [];
    await editText(file, (text) => {
      seen.push(text);
      if (seen.length === 1) writeFileSync(file, 'two');
      return `${text}!`;
    });
    expect(seen).toEqual(['one', 'two']);
    expect(await readFile(file, 'utf8')).toBe('two!');
    let count = 0;
    const always = editText(file, () => {
      writeFileSync(file, String(count++));
      return 'mine';
    });
    await expect(always).rejects.toMatchObject({ code: 'conflict' });
    expect(await readFile(file, 'utf8')).not.toBe('mine');
  });

  it('begins with settings for a quiet first look, and only begins', async () => {
    expect(await new UserSettings(file).begin(true)).toBe(true);
    expect(read(await readFile(file, 'utf8'))).toEqual(initialSettings(true));
    expect(await new UserSettings(file).begin(false)).toBe(false);
    expect(read(await readFile(file, 'utf8'))).toMatchObject({ 'workbench.colorTheme': 'Default Dark Modern' });
    await write('');
    expect(await new UserSettings(file).begin(false)).toBe(false);
    expect(await readFile(file, 'utf8')).toBe('');
  });
});
