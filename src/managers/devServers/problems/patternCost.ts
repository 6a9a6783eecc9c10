import { type Automaton, Unfit } from './patternAutomaton.ts';

/**
 * How the time of a backtracking engine grows with the length of a line, after Weber and Seidl, *On the degree of ambiguity of
 * finite automata* (1991). Exponential: some text leads from a position back to it in two ways. Otherwise polynomial: each
 * pair of loops between which the same text can be divided anywhere adds one to the degree. 0 is linear, 1 quadratic.
 */
export type Cost = { readonly type: 'exponential' } | { readonly type: 'polynomial'; readonly degree: number };

/** A pattern that takes more steps than this to judge is refused; ordinary ones take some hundred. */
const mostSteps = 100_000;

/** Throws `Unfit`. */
export function costOf(automaton: Automaton): Cost {
  const graph = new Graph(automaton);
  if (graph.loops.some((position) => isAmbiguous(graph, position))) return { type: 'exponential' };
  return { type: 'polynomial', degree: degreeOf(graph) };
}

/** The positions that can be left again without a match, and the ways between them. */
class Graph {
  readonly matches: readonly bigint[];
  readonly #ways: readonly ReadonlyMap<number, number>[];
  readonly #next: readonly (readonly number[])[];
  readonly #reached: readonly ReadonlySet<number>[];
  /** Positions that some text leads back to. */
  readonly loops: readonly number[];
  #steps = 0;

  constructor({ matches, next, certain }: Automaton) {
    this.matches = matches;
    this.#ways = next.map((ways, position) =>
      certain.has(position) ? new Map() : new Map([...ways].filter(([target]) => !certain.has(target))),
    );
    this.#next = this.#ways.map((ways) => [...ways.keys()]);
    this.#reached = matches.map((_, position) => closure(position, (from) => this.next(from)));
    this.loops = [...matches.keys()].filter((position) => this.reaches(position, position));
  }

  next(position: number): readonly number[] {
    return this.#next[position] ?? [];
  }

  /** In how many ways one position follows another directly. */
  ways(from: number, to: number): number {
    return this.#ways[from]?.get(to) ?? 0;
  }

  /** With at least one character. */
  reaches(from: number, to: number): boolean {
    return this.#reached[from]?.has(to) ?? false;
  }

  sameLoop(a: number, b: number): boolean {
    return a === b || (this.reaches(a, b) && this.reaches(b, a));
  }

  /** Of what can follow each of several positions, the combinations that one character can lead to. */
  together(positions: readonly number[], allowed: (index: number, position: number) => boolean): readonly number[][] {
    let combinations: readonly { readonly to: number[]; readonly shared: bigint }[] = [{ to: [], shared: -1n }];
    for (const [index, position] of positions.entries()) {
      this.#steps += combinations.length;
      if (this.#steps > mostSteps) throw new Unfit('it is too complicated');
      const targets = this.next(position).filter((target) => allowed(index, target));
      combinations = combinations.flatMap(({ to, shared }) =>
        targets
          .map((target) => ({ to: [...to, target], shared: shared & (this.matches[target] ?? 0n) }))
          .filter((combination) => combination.shared !== 0n),
      );
    }
    return combinations.map(({ to }) => to);
  }
}

/** What is reached by one step or more. */
function closure(start: number, next: (from: number) => readonly number[]): ReadonlySet<number> {
  const reached = new Set<number>();
  const waiting = [...next(start)];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (reached.has(at)) continue;
    reached.add(at);
    waiting.push(...next(at));
  }
  return reached;
}

/** Whether the same text leads from the position back to it in two ways. */
function isAmbiguous(graph: Graph, position: number): boolean {
  const inLoop = (_: number, target: number): boolean => graph.sameLoop(position, target);
  const twofold = graph.next(position).some((target) => inLoop(0, target) && graph.ways(position, target) > 1);
  if (twofold) return true;
  const apart = graph.together([position, position], inLoop).filter(([a, b]) => a !== b);
  return apart.some((pair) => leads(graph, pair, { to: [position, position], allowed: inLoop }));
}

interface Walk {
  readonly to: readonly number[];
  readonly allowed: (index: number, position: number) => boolean;
}

/** Whether one text leads from all these positions at once to those. */
function leads(graph: Graph, from: readonly number[], { to, allowed }: Walk): boolean {
  const wanted = to.join();
  const seen = new Set([from.join()]);
  const waiting = [from];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const next of graph.together(at, allowed)) {
      const key = next.join();
      if (key === wanted) return true;
      if (seen.has(key)) continue;
      seen.add(key);
      waiting.push(next);
    }
  }
  return false;
}

function degreeOf(graph: Graph): number {
  const degrees = new Map<number, number>();
  const from = (position: number): number => {
    const known = degrees.get(position);
    if (known !== undefined) return known;
    const after = graph.loops
      .filter((later) => isDivided(graph, position, later))
      .map(
        (later) =>
          1 + Math.max(0, ...graph.loops.filter((next) => next === later || graph.reaches(later, next)).map(from)),
      );
    const degree = Math.max(0, ...after);
    degrees.set(position, degree);
    return degree;
  };
  return Math.max(0, ...graph.loops.map(from));
}

/** Whether some text leads from the first loop to itself, from it to the second, and from the second to itself. */
function isDivided(graph: Graph, first: number, second: number): boolean {
  if (graph.sameLoop(first, second) || !graph.reaches(first, second)) return false;
  return leads(graph, [first, first, second], {
    to: [first, second, second],
    allowed: (index, position) => {
      if (index === 0) return graph.sameLoop(first, position);
      if (index === 2) return graph.sameLoop(second, position);
      return position === second || graph.reaches(position, second);
    },
  });
}
