import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { defaultDataDir } from '../api/contract/discovery.ts';
import { build } from '../build.ts';
import { choose, groupOf } from './choose.ts';
import { sections } from './commands.ts';
import { operandsOf } from './operands.ts';
import { optionsOf, split } from './options/parse.ts';
import { endWithReader, fail, print, UsageError } from './output.ts';
import { helpOf, overview } from './usage.ts';

/** Runs a command line and resolves with the exit code. Never rejects. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    return await runLine(argv);
  } catch (error) {
    return fail(error);
  }
}

async function runLine(argv: readonly string[]): Promise<number> {
  const line = split(argv);
  const [first, ...others] = line.positionals;
  // A daemon goes on without whoever read its first line.
  if (first !== 'serve') endWithReader();
  if (line.given.has('version')) return print(build.version);
  if (first === undefined || first === 'help') return help(others);
  if (line.given.has('help')) return help(line.positionals);
  const { command, rest } = choose(allCommands(), line.positionals);
  try {
    const options = optionsOf(command, line);
    const operands = operandsOf(command, rest);
    const dataDir = options['data-dir'] ?? resolve(defaultDataDir(process.env, process.platform, homedir()));
    const surroundings = { dataDir, bundleDir: __dirname, build, execPath: process.execPath, env: process.env };
    return await command.run({ operands, options, surroundings });
  } catch (error) {
    if (error instanceof UsageError) error.help = `help ${command.words.join(' ')}`;
    throw error;
  }
}

const allCommands = () => sections.flatMap(({ commands }) => commands);

/** The help of a command, of all that begin with some words, or of all there are. */
function help(words: readonly string[]): number {
  if (words.length === 0) return print(overview(sections));
  const alike = sections.map(({ title, commands }) => ({ title, commands: groupOf(commands, words) }));
  const group = alike.filter(({ commands }) => commands.length > 0);
  if (group.length > 0) return print(overview(group));
  return print(helpOf(choose(allCommands(), words).command));
}
