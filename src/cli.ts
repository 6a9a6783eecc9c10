import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { defaultDataDir } from './api/contract/discovery.ts';
import { build } from './build.ts';
import { choose } from './cli/choose.ts';
import { sections } from './cli/commands.ts';
import { operandsOf } from './cli/operands.ts';
import { optionsOf, split } from './cli/options/parse.ts';
import { endWithReader, fail, print, UsageError } from './cli/output.ts';
import { helpOf, overview } from './cli/usage.ts';

/** The `devyard` command: wiring from arguments to the daemon or to its client. */
async function main(argv: readonly string[]): Promise<number> {
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

/** The help of a command, of all that begin with a word, or of all there are. */
function help(words: readonly string[]): number {
  const [first] = words;
  if (first === undefined) return print(overview(sections));
  const alike = sections.map(({ title, commands }) => ({
    title,
    commands: commands.filter((command) => command.words.length > 1 && command.words[0] === first),
  }));
  const group = alike.filter(({ commands }) => commands.length > 0);
  if (group.length > 0 && words.length === 1) return print(overview(group));
  return print(helpOf(choose(allCommands(), words).command));
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.exitCode = fail(error);
  },
);
