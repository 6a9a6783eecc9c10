import type { Command, Synopsis } from '../command.ts';
import { UsageError } from '../output.ts';
import type { OptionName } from './definitions.ts';

/** All names in a synopsis, in order. */
export function namesOf(synopsis: Synopsis): readonly OptionName[] {
  return synopsis.flatMap((entry) => (typeof entry === 'string' ? [entry] : entry.flat()));
}

/** Throws UsageError when two of a choice are given, a companion lacks what it goes with, or something needed is missing. */
export function requireSynopsis({ words, options, required }: Command, given: ReadonlySet<OptionName>): void {
  for (const entry of [...options, ...required]) {
    if (typeof entry === 'string') continue;
    const choices = entry.map((choice) => [choice].flat());
    const chosen = choices.flatMap(([main]) => (main !== undefined && given.has(main) ? [main] : []));
    if (chosen.length > 1) throw new UsageError(`Choose one of ${listOf(chosen)}.`);
    for (const [main, ...companions] of choices) {
      const lone = companions.find((name) => given.has(name));
      if (lone !== undefined && main !== undefined && !given.has(main)) {
        throw new UsageError(`--${lone} goes with --${main}.`);
      }
    }
  }
  for (const entry of required) {
    const mains = typeof entry === 'string' ? [entry] : entry.flatMap((choice) => [choice].flat().slice(0, 1));
    if (mains.some((name) => given.has(name))) continue;
    const needed = mains.length === 1 ? '' : 'one of ';
    throw new UsageError(`“${words.join(' ')}” needs ${needed}${listOf(mains)}.`);
  }
}

const listOf = (names: readonly OptionName[]): string => names.map((name) => `--${name}`).join(', ');
