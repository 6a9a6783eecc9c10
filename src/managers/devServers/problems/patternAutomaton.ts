import { contains, type Shape } from './patternShape.ts';

/**
 * The positions of a pattern (Glushkov's automaton): a state is the character of the pattern that was matched last. Unlike
 * the textbook's, it counts the ways from one position to the next, because a backtracking engine tries each of them.
 */
export interface Automaton {
  /** By position: the samples that it matches. */
  readonly matches: readonly bigint[];
  /** By position: the positions that may come next, and in how many ways. */
  readonly next: readonly ReadonlyMap<number, number>[];
  /** Once here, the pattern matches whatever comes, so nothing is ever tried again. */
  readonly certain: ReadonlySet<number>;
}

/** Why a pattern has no automaton that would say something about its cost. */
export class Unfit extends Error {}

/** Copies of what is counted are positions of their own, up to so many; beyond, `{2,900}` costs what `+` does. */
const mostCopied = 60;
const mostPositions = 400;

interface Part {
  readonly empty: boolean;
  readonly first: readonly number[];
  readonly last: readonly number[];
}

const nothing: Part = { empty: true, first: [], last: [] };

/** Throws `Unfit`. */
export function automatonOf(shape: Shape, everything: bigint): Automaton {
  const builder = new Builder();
  const ended = contains(shape, ({ type }) => type === 'end');
  const whole = builder.part(isAnchored(shape) ? shape : { type: 'sequence', parts: [anything(everything), shape] });
  return { matches: builder.matches, next: builder.next, certain: certainIn(builder, { whole, ended, everything }) };
}

/** An engine tries to match from every character on: it is as if the pattern began with any text. */
function anything(everything: bigint): Shape {
  const body: Shape = { type: 'character', matches: everything };
  return { type: 'repeat', body, min: 0, max: Number.POSITIVE_INFINITY };
}

class Builder {
  readonly matches: bigint[] = [];
  readonly next: Map<number, number>[] = [];
  /** Positions after which an assertion may still fail. */
  readonly guarded = new Set<number>();

  part(shape: Shape): Part {
    switch (shape.type) {
      case 'character':
        return this.#character(shape.matches);
      case 'sequence':
        return shape.parts.reduce<Part>((before, part) => this.#joined(before, part), nothing);
      case 'choice': {
        const options = shape.options.map((option) => this.part(option));
        return {
          empty: options.some(({ empty }) => empty),
          first: options.flatMap(({ first }) => first),
          last: options.flatMap(({ last }) => last),
        };
      }
      case 'repeat':
        return this.#repeat(shape);
      case 'assertion':
        if (shape.body !== null && contains(shape.body, isEndless))
          throw new Unfit('it looks ahead or behind without limit');
        return nothing;
      case 'backreference':
        throw new Unfit('it refers back to a group');
      case 'start':
      case 'end':
        return nothing;
    }
  }

  #character(matches: bigint): Part {
    const position = this.matches.push(matches) - 1;
    if (position >= mostPositions) throw new Unfit('it is too long');
    this.next.push(new Map());
    return { empty: false, first: [position], last: [position] };
  }

  #joined(before: Part, shape: Shape): Part {
    if (contains(shape, asserts)) for (const position of before.last) this.guarded.add(position);
    const after = this.part(shape);
    this.#connect(before.last, after.first);
    return {
      empty: before.empty && after.empty,
      first: before.empty ? [...before.first, ...after.first] : before.first,
      last: after.empty ? [...before.last, ...after.last] : after.last,
    };
  }

  #repeat({ body, min, max }: Extract<Shape, { type: 'repeat' }>): Part {
    if (max === 0) return nothing;
    const sized = sizeOf(body);
    const endless = max === Number.POSITIVE_INFINITY;
    const copies = endless ? min : max;
    // Which of the copies are empty can be chosen in 2^copies ways, which no count of loops would show.
    if (copies > 4 && mayBeEmpty(body)) throw new Unfit('it repeats by number what may be empty');
    if (copies > 1 && copies * sized <= mostCopied) {
      const needed: Shape[] = Array.from({ length: min }, () => body);
      const optional: Shape = endless ? { type: 'repeat', body, min: 0, max } : nested(body, max - min);
      return this.part({ type: 'sequence', parts: [...needed, optional] });
    }
    const part = this.part(body);
    if (max > 1) this.#connect(part.last, part.first);
    return { ...part, empty: part.empty || min === 0 };
  }

  #connect(from: readonly number[], to: readonly number[]): void {
    for (const source of from) {
      for (const target of to) this.next[source]?.set(target, (this.next[source].get(target) ?? 0) + 1);
    }
  }
}

/** `(a(a(a)?)?)?`, as an engine does `a{0,3}`: in one way only. */
function nested(body: Shape, times: number): Shape {
  if (times <= 0) return { type: 'sequence', parts: [] };
  const parts = times === 1 ? [body] : [body, nested(body, times - 1)];
  return { type: 'repeat', body: { type: 'sequence', parts }, min: 0, max: 1 };
}

/**
 * Positions where the pattern may end, and from which only such positions follow. With a `$` it may end at the end of the
 * text only, so there must also be a way to go on whatever character comes.
 */
function certainIn(
  { matches, next, guarded }: Builder,
  { whole, ended, everything }: { readonly whole: Part; readonly ended: boolean; readonly everything: bigint },
): ReadonlySet<number> {
  const following = (position: number): readonly number[] => [...(next[position]?.keys() ?? [])];
  const goesOn = (position: number): boolean => following(position).some((target) => matches[target] === everything);
  let certain = new Set(whole.last.filter((position) => !guarded.has(position) && (!ended || goesOn(position))));
  for (;;) {
    const left = [...certain].filter((position) => following(position).every((target) => certain.has(target)));
    if (left.length === certain.size) return certain;
    certain = new Set(left);
  }
}

function isAnchored(shape: Shape): boolean {
  switch (shape.type) {
    case 'start':
      return true;
    case 'sequence':
      return shape.parts[0] !== undefined && isAnchored(shape.parts[0]);
    case 'choice':
      return shape.options.every(isAnchored);
    case 'character':
    case 'repeat':
    case 'end':
    case 'assertion':
    case 'backreference':
      return false;
  }
}

/** `$` is not among them: where it is, only what matches any text up to the end is certain. */
function asserts({ type }: Shape): boolean {
  return type === 'assertion' || type === 'start';
}

function isEndless(shape: Shape): boolean {
  return shape.type === 'backreference' || (shape.type === 'repeat' && shape.max === Number.POSITIVE_INFINITY);
}

function mayBeEmpty(shape: Shape): boolean {
  switch (shape.type) {
    case 'character':
      return false;
    case 'sequence':
      return shape.parts.every(mayBeEmpty);
    case 'choice':
      return shape.options.some(mayBeEmpty);
    case 'repeat':
      return shape.min === 0 || mayBeEmpty(shape.body);
    case 'start':
    case 'end':
    case 'assertion':
    case 'backreference':
      return true;
  }
}

function sizeOf(shape: Shape): number {
  switch (shape.type) {
    case 'character':
      return 1;
    case 'sequence':
      return shape.parts.reduce((sum, part) => sum + sizeOf(part), 0);
    case 'choice':
      return shape.options.reduce((sum, option) => sum + sizeOf(option), 0);
    case 'repeat':
      return (
        sizeOf(shape.body) * (shape.max === Number.POSITIVE_INFINITY ? Math.max(1, shape.min) : Math.max(1, shape.max))
      );
    case 'start':
    case 'end':
    case 'assertion':
    case 'backreference':
      return 0;
  }
}
