import type { AnyCall, Command } from './command.ts';
import { UsageError } from './output.ts';

/** What follows a command's words, as its notation says. Throws UsageError unless the command gets just what it takes. */
export function operandsOf({ words, operands: expected }: Command, given: readonly string[]): AnyCall['operands'] {
  const last = expected.at(-1);
  const takesRest = last?.endsWith('…]') === true;
  const single = takesRest ? expected.slice(0, -1) : expected;
  const missing = single.slice(given.length).find((name) => !name.startsWith('['));
  if (missing !== undefined) throw new UsageError(`${missing} is missing.`);
  const surplus = given[single.length];
  if (surplus !== undefined && !takesRest) throw surplusError(words, single, surplus);
  const values = single.map((_, index) => given[index]);
  return takesRest ? [...values, given.slice(single.length)] : values;
}

function surplusError(words: Command['words'], expected: readonly string[], surplus: string): UsageError {
  const [first] = words;
  if (words.length === 1 && ['status', 'stop', 'logs'].includes(first)) {
    const meant = first === 'status' ? '' : ` For a code-server: devyard code-server ${first} ${surplus}`;
    return new UsageError(`“${first}” is about the daemon and takes no “${surplus}”.${meant}`);
  }
  const hint = expected.length === 0 ? '' : ' Put a name with spaces in quotes.';
  return new UsageError(`“${words.join(' ')}” takes no “${surplus}”.${hint}`);
}
