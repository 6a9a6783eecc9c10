import type { BuildProblem } from '../plan.ts';

/** So many problems are told of one build, the last of them saying how many more there are. */
export const mostProblems = 500;

const longestMessage = 4000;

/** Beyond so many, problems are counted only, also repeated ones: remembering them would be what the bound is against. */
const mostRemembered = 4 * mostProblems;

interface Numbered {
  readonly order: number;
  readonly problem: BuildProblem;
}

/** Gathers problems in the order they came, each once, whoever found it. Errors are kept before warnings. */
export class ProblemList {
  readonly #seen = new Set<string>();
  readonly #kept: Record<BuildProblem['severity'], Numbered[]> = { error: [], warning: [] };
  #count = 0;
  #errors = 0;

  add(problem: BuildProblem): void {
    const bounded = { ...problem, message: boundedMessage(problem.message) };
    const { file, line, column, message, severity } = bounded;
    const key = JSON.stringify([file, line, column, message, severity]);
    if (this.#seen.has(key)) return;
    if (this.#seen.size < mostRemembered) this.#seen.add(key);
    const kept = this.#kept[severity];
    if (kept.length < mostProblems) kept.push({ order: this.#count, problem: bounded });
    this.#count += 1;
    if (severity === 'error') this.#errors += 1;
  }

  list(): readonly BuildProblem[] {
    const room = this.#count > mostProblems ? mostProblems - 1 : mostProblems;
    const kept = [...this.#kept.error, ...this.#kept.warning].slice(0, room);
    const problems = kept.toSorted((a, b) => a.order - b.order).map(({ problem }) => problem);
    if (this.#count <= mostProblems) return problems;
    return [...problems, this.#rest(this.#count - room, this.#errors > room ? 'error' : 'warning')];
  }

  #rest(more: number, severity: BuildProblem['severity']): BuildProblem {
    const message = `${String(more)} more problems; the log has them all.`;
    return { file: '', line: 0, column: 0, message, severity, source: 'devyard' };
  }
}

function boundedMessage(message: string): string {
  return message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message;
}
