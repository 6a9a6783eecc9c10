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
  const [first = '', second] = given;
  const verbs = commands.flatMap(({ words: [group, verb] }) => (group === first && verb !== undefined ? [verb] : []));
  if (verbs.length === 0) throw new UsageError(`There is no command “${first}”.`);
  const choice = `“${first}” is followed by one of ${verbs.join(', ')}.`;
  throw new UsageError(second === undefined ? choice : `There is no command “${first} ${second}”. ${choice}`);
}
