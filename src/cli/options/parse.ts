import type { Command } from '../command.ts';
import { UsageError } from '../output.ts';
import { definitions, globalOptions, type OptionName, type OptionValues } from './definitions.ts';
import type { Definition } from './kinds.ts';
import { tokensOf } from './tokens.ts';
import { namesOf, requireSynopsis } from './synopsis.ts';

type Raw = string | boolean | readonly (string | boolean)[];

export interface CommandLine {
  readonly positionals: readonly string[];
  /** Options as they were given. */
  readonly given: ReadonlyMap<OptionName, Raw>;
}

const names = Object.keys(definitions) as OptionName[];

/** Splits a command line. Throws UsageError for an option that no command knows, or one without its value. */
export function split(argv: readonly string[]): CommandLine {
  const positionals: string[] = [];
  const given = new Map<OptionName, Raw>();
  for (const token of tokensOf(argv)) {
    if (token.name === undefined) {
      positionals.push(token.operand);
      continue;
    }
    const { name, value } = token;
    const { kind }: Definition = definitions[name];
    // Of an option that is given twice the last one holds.
    given.set(name, kind === 'list' ? [...[given.get(name) ?? []].flat(), value] : value);
  }
  return { positionals, given };
}

/** The values of a command's options. Throws UsageError for an option that it does not take, or takes otherwise. */
export function optionsOf(command: Command, { given }: CommandLine): OptionValues {
  const title = command.words.join(' ');
  const known = new Set<OptionName>([...globalOptions, ...namesOf([...command.options, ...command.required])]);
  for (const name of given.keys()) if (!known.has(name)) throw new UsageError(`“${title}” takes no --${name}.`);
  requireSynopsis(command, new Set(given.keys()));
  return Object.fromEntries(names.map((name) => [name, valueOf(name, given.get(name))])) as unknown as OptionValues;
}

function valueOf(name: OptionName, raw: Raw | undefined): unknown {
  const definition: Definition = definitions[name];
  switch (definition.kind) {
    case 'flag':
      return raw === true;
    case 'value':
      return raw === undefined ? undefined : definition.read(String(raw), name);
    case 'list':
      return raw === undefined ? [] : [raw].flat().map((one) => definition.read(String(one), name));
  }
}
