import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slugOf } from '../../../../src/managers/codeServers/home.ts';
import {
  validArguments,
  validEnvironment,
  validAbsolutePath,
  validName,
} from '../../../../src/managers/codeServers/validate.ts';

const invalid = (field: string) => expect.objectContaining({ code: 'invalid', field }) as Error;

describe('validName', () => {
  it.each(['api', 'My server 2', 'größe', '日本', 'a..b', '.hidden'])('takes %j', (name) => {
    expect(validName(name)).toBe(name);
  });

  it('trims', () => {
    expect(validName('  api ')).toBe('api');
  });

  it.each([
    '',
    '  ',
    'a\nb',
    'a\r',
    'a/b',
    String.raw`a\b`,
    '..',
    '.',
    'a\0b',
    'a\u2028b',
    '\u202eevil',
    'x'.repeat(65),
  ])('refuses %j', (name) => {
    // A line end at the border is trimmed away; one inside is refused.
    if (name === 'a\r') expect(validName(name)).toBe('a');
    else expect(() => validName(name)).toThrow(invalid('name'));
  });

  it('gives one line that is no path, or refuses', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        let name: string;
        try {
          name = validName(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid' });
          return;
        }
        expect(name).not.toMatch(/[\n\r/\\\0]/);
        expect(name.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('slugOf', () => {
  it('is always one harmless folder name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 64 }), (text) => {
        const slug = slugOf(text);
        expect(slug).toMatch(/^[^/\\\s\0.-][^/\\\s\0]*$/u);
        expect(['.', '..']).not.toContain(slug);
      }),
    );
  });

  it('fits into a folder name, whatever characters a name of 64 has', () => {
    const wide = fc.constantFrom('각', '\ufdfa', '\u{20000}', '\ufb2c', 'é', 'a');
    const text = fc.string({
      unit: fc.oneof(wide, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 })),
      minLength: 30,
      maxLength: 64,
    });
    fc.assert(
      fc.property(text, (name) => {
        const slug = slugOf(name);
        expect(Buffer.byteLength(slug)).toBeLessThanOrEqual(200);
        expect(Buffer.from(slug).toString()).toBe(slug);
      }),
    );
  });

  it.each([
    ['한국어', '한국어'],
    ['e\u0301te\u0301', 'été'],
    ['हिन्दी', 'हिन्दी'],
    ['각'.repeat(70), '각'.repeat(66)],
    ['My server!', 'My-server'],
  ])('keeps what a person reads: %s', (name, slug) => {
    expect(slugOf(name)).toBe(slug);
  });
});

describe('validAbsolutePath', () => {
  it.each(['relative', './x', '', 'C:x'])('refuses %j', (path) => {
    expect(() => validAbsolutePath(path, 'folder')).toThrow(invalid('folder'));
  });
  it('refuses a zero byte', () => {
    expect(() => validAbsolutePath('/a\0b', 'folder')).toThrow(invalid('folder'));
  });
});

describe('validArguments', () => {
  it('takes options with values', () => {
    expect(validArguments(['--log', 'debug', '--locale=de'])).toEqual(['--log', 'debug', '--locale=de']);
  });
  it.each([['--auth=none'], ['--bind-addr', '0.0.0.0:1'], ['--socket', '/x'], ['--user-data-dir=/x']])(
    'refuses %j',
    (...args) => {
      expect(() => validArguments(args)).toThrow(invalid('args.0'));
    },
  );
  it.each(['--install-extension=a.b', '--list-extensions', '--version', '-v', '--help', '-h', '--open', '-n', '-r'])(
    'refuses %j, with which nothing would be served',
    (arg) => {
      expect(() => validArguments(['--verbose', arg])).toThrow(invalid('args.1'));
      expect(validArguments(['-vvv', '-e'])).toEqual(['-vvv', '-e']);
    },
  );
  it('refuses the end of the options', () => {
    expect(() => validArguments(['--verbose', '--'])).toThrow(invalid('args.1'));
  });
  it('refuses a further folder', () => {
    expect(() => validArguments(['/etc'])).toThrow(invalid('args.0'));
  });
});

describe('validEnvironment', () => {
  it('refuses what is no name, and what is Devyard’s own', () => {
    expect(() => validEnvironment({ 'A=B': 'x' })).toThrow(invalid('env.A=B'));
    expect(() => validEnvironment({ DEVYARD_RUN: 'x' })).toThrow(invalid('env.DEVYARD_RUN'));
    expect(() => validEnvironment({ A: 'x\0y' })).toThrow(invalid('env.A'));
    expect(validEnvironment({ A: 'x\ny' })).toEqual({ A: 'x\ny' });
  });
});
