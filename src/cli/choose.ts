import type { Command } from './command.ts';
import { UsageError } from './output.ts';

interface Chosen {
  readonly command: Command;
  /** What follows its words. */
  readonly rest: readonly string[];
}

/** The command that the words of a command line begin with. Throws UsageError saying which there are. */
export function choose(commands: readonly Command[], given: readonly string[]): Chosen {
  const command = commands.find(({ words }) => words.every((word, index) => word === given[index]));
  if (command !== undefined) return { command, rest: given.slice(command.words.length) };
  const known = knownWords(commands, given);
  if (known.length === 0) throw new UsageError(`There is no command “${given[0] ?? ''}”.`);
  const verbs = new Set(groupOf(commands, known).map(({ words }) => words[known.length]));
  const choice = `“${known.join(' ')}” is followed by one of ${[...verbs].join(', ')}.`;
  const next = given[known.length];
  throw new UsageError(next === undefined ? choice : `There is no command “${[...known, next].join(' ')}”. ${choice}`);
}

/** The commands that begin with these words and go on. */
export function groupOf(commands: readonly Command[], words: readonly string[]): readonly Command[] {
  return commands.filter((command) => command.words.length > words.length && begins(command, words));
}

const begins = (command: Command, words: readonly string[]): boolean =>
  words.every((word, index) => word === command.words[index]);

/** As many of the words as some command begins with. */
function knownWords(commands: readonly Command[], given: readonly string[]): readonly string[] {
  let count = 0;
  while (count < given.length && groupOf(commands, given.slice(0, count + 1)).length > 0) count++;
  return given.slice(0, count);
}
