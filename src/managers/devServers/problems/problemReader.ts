import { messageOf } from '../../shared/errors.ts';
import type { BuildProblem, MatcherPlan } from '../plan.ts';
import { cargoGrammar } from './cargoGrammar.ts';
import { esbuildGrammar } from './esbuildGrammar.ts';
import { eslintGrammar } from './eslintGrammar.ts';
import { goGrammar } from './goGrammar.ts';
import { type Found, read, type Reading } from './grammar.ts';
import { patternGrammar } from './pattern.ts';
import { placeOf, type Places } from './placeOf.ts';
import { plainLine } from './plainLine.ts';
import { ProblemList } from './problemList.ts';
import { tscGrammar } from './tscGrammar.ts';
import { viteGrammar } from './viteGrammar.ts';

type Stream = 'stdout' | 'stderr';

/** One pass over the output of one build. Streams are told apart so that lines of two do not mix. */
export interface ProblemReader {
  /** A whole line, with or without its end; of any length, and with colours. Never throws. */
  line(stream: Stream, text: string): void;
  /** What was found, in the order it came: each problem once, at most `mostProblems`. No more lines may follow. */
  end(): readonly BuildProblem[];
}

/** A pattern that cannot be used is told as a problem of its own: a build is not to fail because its output is not understood. */
export function problemReader(matchers: readonly MatcherPlan[], places: Places): ProblemReader {
  const list = new ProblemList();
  const usable = matchers.flatMap((matcher) => opened(matcher, list));
  const add = (source: string, found: readonly Found[]): void => {
    for (const { file, ...rest } of found) {
      // A place with nothing said about it is no tool's problem, only text that looks like one.
      if (rest.message.trim() !== '') list.add({ ...rest, file: placeOf(file, places), source });
    }
  };
  return {
    line: (stream, text) => {
      if (usable.length === 0) return;
      const line = plainLine(text);
      for (const { source, streams } of usable) add(source, streams[stream].line(line));
    },
    end: () => {
      for (const { source, streams } of usable) add(source, [...streams.stdout.end(), ...streams.stderr.end()]);
      return list.list();
    },
  };
}

interface Opened {
  readonly source: string;
  readonly streams: Readonly<Record<Stream, Reading>>;
}

function opened(matcher: MatcherPlan, list: ProblemList): readonly Opened[] {
  const source = matcher.type === 'pattern' ? matcher.name : matcher.type;
  try {
    return [{ source, streams: { stdout: readingOf(matcher), stderr: readingOf(matcher) } }];
  } catch (error) {
    const message = `The problem pattern “${source}” is not used: ${messageOf(error)}`;
    list.add({ file: '', line: 0, column: 0, message, severity: 'warning', source });
    return [];
  }
}

function readingOf(matcher: MatcherPlan): Reading {
  switch (matcher.type) {
    case 'go':
      return read(goGrammar);
    case 'tsc':
      return read(tscGrammar);
    case 'esbuild':
      return read(esbuildGrammar);
    case 'vite':
      return read(viteGrammar);
    case 'eslint':
      return read(eslintGrammar);
    case 'cargo':
      return read(cargoGrammar);
    case 'pattern':
      return read(patternGrammar(matcher.pattern));
  }
}
