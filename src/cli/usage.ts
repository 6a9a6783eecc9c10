import type { Command, Synopsis } from './command.ts';
import { definitions, globalOptions, type OptionName } from './options/definitions.ts';
import type { Definition } from './options/kinds.ts';
import { namesOf } from './options/synopsis.ts';

/** Characters; what a terminal shows in one line. */
const width = 100;
const exitCodes =
  'Exit codes: 0 done · 1 failed · 2 wrong usage · 3 not found · 4 not possible now · 5 the daemon does not answer · ' +
  '130 ended with Ctrl+C';

export interface Section {
  readonly title: string;
  readonly commands: readonly Command[];
}

/** Every command in a line. */
export function overview(sections: readonly Section[]): string {
  const lines = sections.map(({ title, commands }) => [
    `${title}:`,
    ...table(commands.map((command) => [headOf(command), command.summary])),
    '',
  ]);
  return [
    'devyard: every development environment you run, in one place',
    '',
    ...lines.flat(),
    'Options of a command: devyard help COMMAND',
    '',
    'Everywhere:',
    ...optionLines(globalOptions),
    '',
    wrapped(exitCodes.split(' · '), '', '', ' · '),
  ].join('\n');
}

/** One command with all that it takes. */
export function helpOf(command: Command): string {
  const { summary, options, required, notes } = command;
  const parts = [...required.map((entry) => noted(entry, '()')), ...options.map((entry) => noted(entry, '[]'))];
  return [
    wrapped([`devyard ${headOf(command)}`, ...parts], 'Usage: ', '         '),
    '',
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    ...notes.map((note) => wrapped(note.split(' '))),
    '',
    'Options:',
    ...optionLines([...namesOf([...required, ...options]), ...globalOptions]),
  ].join('\n');
}

function headOf({ words, operands }: Command): string {
  return [...words, ...operands].join(' ');
}

function noted(entry: Synopsis[number], [open = '', close = '']: string): string {
  if (typeof entry === 'string') return open === '(' ? optionText(entry) : `[${optionText(entry)}]${repeated(entry)}`;
  const choices = entry.map((choice) =>
    [choice]
      .flat()
      .map((name, index) => (index === 0 ? optionText(name) : `[${optionText(name)}]`))
      .join(' '),
  );
  return `${open}${choices.join(' | ')}${close}`;
}

const repeated = (name: OptionName): string => (definitions[name].kind === 'list' ? '…' : '');

function optionText(name: OptionName): string {
  const definition: Definition = definitions[name];
  return definition.kind === 'flag' ? `--${name}` : `--${name} ${definition.placeholder}`;
}

function optionLines(names: readonly OptionName[]): readonly string[] {
  return table(
    names.map((name) => {
      const { short, description }: Definition = definitions[name];
      return [`${short === undefined ? '' : `-${short}, `}${optionText(name)}`, description];
    }),
  );
}

function table(rows: readonly (readonly [left: string, right: string])[]): readonly string[] {
  const column = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `  ${left.padEnd(column)}${right}`);
}

/** Joins words into lines that fit; none is broken. */
function wrapped(words: readonly string[], first = '', indent = '', between = ' '): string {
  const lines: string[] = [];
  let line = first;
  let begun = false;
  for (const word of words) {
    if (begun && line.length + between.length + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else {
      line += begun ? between + word : word;
    }
    begun = true;
  }
  return [...lines, line].join('\n');
}
