import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { nearest } from '../../managers/shared/nearest.ts';
import { UsageError } from '../output.ts';
import { definitions, type OptionName } from './definitions.ts';
import type { Definition } from './kinds.ts';

/** One piece of a command line: an operand, or an option with its value (`true` for a flag). */
type Token =
  { readonly name: undefined; readonly operand: string } | { readonly name: OptionName; readonly value: string | true };

const names = Object.keys(definitions) as OptionName[];
const config: ParseArgsOptionsConfig = Object.fromEntries(
  names.map((name) => {
    const { kind, short }: Definition = definitions[name];
    const type = kind === 'flag' ? ('boolean' as const) : ('string' as const);
    return [name, { type, ...(short === undefined ? {} : { short }) }];
  }),
);

/**
 * Takes a command line apart as util.parseArgs does. Throws UsageError where that would be strict, in our own words:
 * an option that no command knows, one without its value, a flag with one.
 */
export function tokensOf(argv: readonly string[]): readonly Token[] {
  const { tokens } = parseArgs({
    args: [...argv],
    options: config,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  return tokens.flatMap((token): Token[] => {
    if (token.kind === 'option-terminator') return [];
    if (token.kind === 'positional') return [{ name: undefined, operand: token.value }];
    const name = names.find((one) => one === token.name);
    if (name === undefined) throw unknown(token.name, token.rawName);
    return [{ name, value: valueOf(name, token.rawName, token.value, token.inlineValue === true) }];
  });
}

function unknown(name: string, rawName: string): UsageError {
  const meant = rawName.startsWith('--') ? nearest(name, names) : undefined;
  return new UsageError(`There is no option ${rawName}.${meant === undefined ? '' : ` Did you mean --${meant}?`}`);
}

function valueOf(name: OptionName, rawName: string, value: string | undefined, isInline: boolean): string | true {
  const definition: Definition = definitions[name];
  if (definition.kind === 'flag') {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value.`);
    return true;
  }
  if (value === undefined) throw new UsageError(`${rawName} needs a value: --${name} ${definition.placeholder}`);
  // More likely the next option than a value, unless it stands behind a “=”.
  if (!isInline && value.startsWith('-') && value !== '-') {
    // What takes no such value says better what it does take.
    definition.read(value, name);
    throw new UsageError(`${rawName} is followed by ${value}. If that is its value, write --${name}=${value}`);
  }
  return value;
}
