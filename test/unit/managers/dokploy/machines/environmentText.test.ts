import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { environmentText, withoutTemplates } from '../../../../../src/managers/dokploy/machines/environmentText.ts';
import { DevyardError } from '../../../../../src/managers/shared/errors.ts';
import { parseEnvText } from '../../../../support/dokploy/envText.ts';

const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/);
const value = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom('a', ' ', '=', '#', '$', '{', '}', "'", '"', '`', '\\', 'n', 'r', '\n', '\r') }),
);

describe('the text of an environment', () => {
  it('is read back as it was, or refused by name', () => {
    let refused = 0;
    let kept = 0;
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: true }), (env) => {
        let text: string;
        try {
          text = environmentText(env);
        } catch (error) {
          expect(error).toBeInstanceOf(DevyardError);
          expect(error).toMatchObject({ code: 'invalid', field: expect.stringMatching(/^env\./) as string });
          refused += 1;
          return;
        }
        expect(Object.fromEntries(parseEnvText(text))).toStrictEqual(env);
        kept += 1;
      }),
      { numRuns: 2000 },
    );
    expect(kept).toBeGreaterThan(refused);
  });

  it.each([
    ['', "''"],
    ['plain', 'plain'],
    ['a b', "'a b'"],
    ['a$b', "'a$b'"],
    ['one\ntwo', "'one\ntwo'"],
    ["it's", "`it's`"],
    ["'`", `"'\``],
    ['a\r', String.raw`"a\r"`],
    ['c:\\', 'c:\\'],
  ])('writes %j so that nothing in it has a meaning', (given, written) => {
    const text = environmentText({ A: given, B: 'next' });
    expect(parseEnvText(text)).toStrictEqual(
      new Map([
        ['A', given],
        ['B', 'next'],
      ]),
    );
    if (given !== "'`") expect(text).toBe(`A=${written}\nB=next`);
  });

  it('keeps braces from the templates of a swarm, and leaves references to Dokploy', () => {
    expect(withoutTemplates({ A: '{{.Names}}', B: '${{project.KEY}}', C: '}} {' })).toStrictEqual({
      A: '{{"{{"}}.Names}}',
      B: '${{project.KEY}}',
      C: '}} {',
    });
  });
});
