import type { ParsedCommand } from './options.ts';
import { UsageError } from './output.ts';

/** The operands of each `devyard code-server` command, as the usage calls them. */
const ofCodeServer: Readonly<Record<string, readonly string[]>> = {
  list: [],
  create: ['NAME'],
  start: ['ID'],
  stop: ['ID'],
  restart: ['ID'],
  rename: ['ID', 'NEW-NAME'],
  open: ['ID'],
  logs: ['ID'],
  delete: ['ID'],
  engine: [],
  install: [],
};

/** Throws UsageError when something follows a command that takes nothing. */
export function requireNoOperands({ name, operands }: ParsedCommand): void {
  const [first] = operands;
  if (first === undefined) return;
  const meant = name === 'stop' ? ` To stop a code-server: devyard code-server stop ${first}` : '';
  throw new UsageError(`“${name}” is about the daemon and takes no “${first}”.${meant}`);
}

/** Throws UsageError unless a `devyard code-server` command is one and gets just what it takes. */
export function requireOperands(verb: string, operands: readonly string[]): void {
  const expected = Object.hasOwn(ofCodeServer, verb) ? ofCodeServer[verb] : undefined;
  if (expected === undefined) throw new UsageError(`There is no command “code-server ${verb}”.`);
  const missing = expected[operands.length];
  if (missing !== undefined) throw new UsageError(`${missing} is missing.`);
  const surplus = operands[expected.length];
  if (surplus === undefined) return;
  const hint = expected.length === 0 ? '' : ' Put a name with spaces in quotes.';
  throw new UsageError(`“code-server ${verb}” takes no “${surplus}”.${hint}`);
}
