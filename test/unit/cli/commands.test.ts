import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choose } from '../../../src/cli/choose.ts';
import { sections } from '../../../src/cli/commands.ts';
import { operandsOf } from '../../../src/cli/operands.ts';
import { definitions, globalOptions, type OptionName } from '../../../src/cli/options/definitions.ts';
import type { Definition } from '../../../src/cli/options/kinds.ts';
import { optionsOf, split } from '../../../src/cli/options/parse.ts';
import { namesOf } from '../../../src/cli/options/synopsis.ts';
import { helpOf, overview } from '../../../src/cli/usage.ts';

const commands = sections.flatMap((section) => section.commands);
const rows = commands.map((command) => [command.words.join(' '), command] as const);
const all = Object.keys(definitions) as OptionName[];

function argumentsOf(name: OptionName): string[] {
  const definition: Definition = definitions[name];
  return definition.kind === 'flag' ? [`--${name}`] : [`--${name}`, '200'];
}

function parse(...argv: string[]) {
  const line = split(argv);
  const { command, rest } = choose(commands, line.positionals);
  return { options: optionsOf(command, line), operands: operandsOf(command, rest) };
}

describe('the help', () => {
  it('has every command once, and no command hides another one', () => {
    const titles = rows.map(([title]) => title);
    expect(new Set(titles).size).toBe(titles.length);
    for (const [title, command] of rows) {
      expect(choose(commands, title.split(' ')).command).toBe(command);
      expect(overview(sections)).toContain(`  ${[title, ...command.operands].join(' ')}  `);
    }
  });

  it.each(rows)('of “%s” names just the options that the command takes', (_, command) => {
    const taken = new Set<OptionName>([...globalOptions, ...namesOf([...command.options, ...command.required])]);
    const [synopsis = '', options = ''] = helpOf(command).split('\nOptions:\n');
    const listed = [...options.matchAll(/^ {2}(?:-\w, )?--([\w-]+)/gm)].map(([, name]) => name);
    expect(new Set(listed)).toEqual(taken);
    for (const name of taken)
      if (!globalOptions.some((global) => global === name)) expect(synopsis).toContain(`--${name}`);
    for (const line of synopsis.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it.each(rows)('of “%s” tells the truth: each other option is an error that names it', (title, command) => {
    const taken = new Set<OptionName>([...globalOptions, ...namesOf([...command.options, ...command.required])]);
    for (const name of all.filter((one) => !taken.has(one))) {
      const line = split([...command.words, ...argumentsOf(name)]);
      expect(() => optionsOf(command, line)).toThrow(`“${title}” takes no --${name}.`);
    }
  });

  it('describes no option that no command takes', () => {
    const used = new Set<OptionName>([
      ...globalOptions,
      ...commands.flatMap((c) => namesOf([...c.options, ...c.required])),
    ]);
    expect(all.filter((name) => !used.has(name))).toEqual([]);
  });
});

describe('a command line', () => {
  it.each([
    ['code-server create a --archive x --git y', 'Choose one of --archive, --git.'],
    ['code-server create a --branch b', '--branch goes with --git.'],
    ['code-server create a --template t --branch b', '--branch goes with --git.'],
    ['code-server create a --wait --detach', 'Choose one of --wait, --detach.'],
    ['code-server create a --port 0', '--port takes a whole number from 1 to 65535, not “0”.'],
    ['code-server create a --stop-when-idle soon', 'or “never”, not “soon”'],
    ['logs --lines -1', '--lines takes a whole number from 1 to 100000, not “-1”.'],
    ['logs -n -1', '--lines takes a whole number from 1 to 100000, not “-1”.'],
    ['logs --lines --json', 'not “--json”.'],
    ['logs --lines', '--lines needs a value: --lines N'],
    ['logs -n', '-n needs a value: --lines N'],
    [
      'code-server create a --git --branch=b',
      '--git is followed by --branch=b. If that is its value, write --git=--branch=b',
    ],
    ['status --json=yes', '--json takes no value.'],
    ['status --nope', 'There is no option --nope.'],
    ['status --jsn', 'There is no option --jsn. Did you mean --json?'],
    ['status --data_dir x', 'There is no option --data_dir. Did you mean --data-dir?'],
    ['status --constructor', 'There is no option --constructor.'],
    ['status -x', 'There is no option -x.'],
    ['code-server start -1', 'There is no option -1.'],
    ['code-server fill a', 'needs one of --archive, --git, --template.'],
    ['code-server apply-settings a', '“code-server apply-settings” needs --group.'],
    ['code-server set a --auto-start --no-auto-start', 'Choose one of --auto-start, --no-auto-start.'],
    ['code-server delete a --keep-workspace --erase-workspace', 'Choose one of'],
    ['code-server rename a', 'NEW-NAME is missing.'],
    ['code-server duplicate a b c', 'takes no “c”. Put a name with spaces in quotes.'],
    ['code-server constructor', 'There is no command “code-server constructor”.'],
    ['job', '“job” is followed by one of cancel.'],
    ['toString', 'There is no command “toString”.'],
    ['stop x', 'For a code-server: devyard code-server stop x'],
  ])('“%s” is wrong: %s', (line, message) => {
    expect(() => parse(...line.split(' '))).toThrow(message);
  });

  it('gives every operand its place', () => {
    expect(parse('code-server', 'duplicate', 'a').operands).toEqual(['a', undefined]);
    expect(parse('code-server', 'install-extension', 'a', 'b.c', 'd.e').operands).toEqual(['a', ['b.c', 'd.e']]);
    expect(parse('code-server', 'install-extension', 'a').operands).toEqual(['a', []]);
  });

  it('takes what looks like an option where it cannot be one', () => {
    expect(parse('code-server', 'start', '--', '--all').operands).toEqual(['--all']);
    expect(parse('code-server', 'create', 'a', '--git=--x').options.git).toBe('--x');
    expect(parse('logs', '-n5', '--lines', '7').options.lines).toBe(7);
  });

  it('gives every option its value', () => {
    const { options } = parse('code-server', 'create', 'a', '--stop-when-idle', 'never', '--group', 'b', '--group=c');
    expect(options).toMatchObject({ 'stop-when-idle': null, group: ['b', 'c'], extension: [], start: false });
    expect(options['memory-limit']).toBeUndefined();
  });

  it('is taken, or refused with a sentence, whatever it is', () => {
    const word = fc.oneof(
      fc.constantFrom(...commands.flatMap(({ words }) => words)),
      fc.constantFrom(...all.map((name) => `--${name}`)),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
        try {
          parse(...argv);
        } catch (error) {
          expect(error).toMatchObject({ name: 'UsageError', message: expect.stringMatching(/\S/) as string });
        }
      }),
    );
  });
});
