import type { BuildProblem, BuiltInMatcher, MatcherPlan } from '../../../../../src/managers/devServers/plan.ts';
import { problemReader } from '../../../../../src/managers/devServers/problems/problemReader.ts';
import type { Places } from '../../../../../src/managers/devServers/problems/placeOf.ts';

export const demo: Places = { cwd: '/p/demo', root: '/p/demo' };

/** Reads a whole text from stderr, where most tools write. */
export function readText(
  matcher: BuiltInMatcher | MatcherPlan,
  text: string,
  places: Places = demo,
): readonly BuildProblem[] {
  const reader = problemReader([typeof matcher === 'string' ? { type: matcher } : matcher], places);
  for (const line of text.split('\n')) reader.line('stderr', line);
  return reader.end();
}

/** `file:line:column severity code message` of each, for tests that would be all braces otherwise. */
export function told(problems: readonly BuildProblem[]): readonly string[] {
  return problems.map(
    ({ file, line, column, severity, code, message }) =>
      `${file}:${String(line)}:${String(column)} ${severity}${code === undefined ? '' : ` ${code}`} ${message}`,
  );
}
