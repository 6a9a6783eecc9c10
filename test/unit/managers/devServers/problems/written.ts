import * as fc from 'fast-check';

/** A problem as a tool would have it: relative path, position, one line of text that no tool's syntax is part of. */
export interface Written {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly severity: 'error' | 'warning';
}

const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,7}$/);
const position = fc.integer({ min: 1, max: 99_999 });

export const message = fc
  .array(fc.oneof(word, fc.constantFrom('“x”', '(a,', 'b)', '`T`', 'int:', '✘', 'é', "'./c.js'")), {
    minLength: 1,
    maxLength: 6,
  })
  .map((words) => `m ${words.join(' ')} z`);

export function written(extension: string): fc.Arbitrary<Written> {
  return fc.record({
    file: fc.array(word, { minLength: 1, maxLength: 3 }).map((parts) => `${parts.join('/')}.${extension}`),
    line: position,
    column: position,
    message,
    severity: fc.constantFrom('error' as const, 'warning' as const),
  });
}

/** What is told once: the same problem written twice is one. */
export function distinct<T>(items: readonly T[]): readonly T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}
