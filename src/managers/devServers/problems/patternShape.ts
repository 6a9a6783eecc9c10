/** What a regular expression is made of, as far as its cost depends on it: groups and laziness do not matter. */
export type Shape =
  /** One character; `matches` has a bit for each sample that it may be. */
  | { readonly type: 'character'; readonly matches: bigint }
  | { readonly type: 'sequence'; readonly parts: readonly Shape[] }
  | { readonly type: 'choice'; readonly options: readonly Shape[] }
  | { readonly type: 'repeat'; readonly body: Shape; readonly min: number; readonly max: number }
  | { readonly type: 'start' }
  | { readonly type: 'end' }
  /** `\b`, or a lookaround: matches nothing itself, and may fail. */
  | { readonly type: 'assertion'; readonly body: Shape | null }
  | { readonly type: 'backreference' };

/** Whether the shape or any part of it is such. */
export function contains(shape: Shape, such: (part: Shape) => boolean): boolean {
  if (such(shape)) return true;
  switch (shape.type) {
    case 'sequence':
      return shape.parts.some((part) => contains(part, such));
    case 'choice':
      return shape.options.some((option) => contains(option, such));
    case 'repeat':
      return contains(shape.body, such);
    case 'assertion':
      return shape.body !== null && contains(shape.body, such);
    case 'character':
    case 'start':
    case 'end':
    case 'backreference':
      return false;
  }
}

/** Two sets of characters that share one share a sample: ASCII, what else the pattern writes out, and some of the rest. */
function samplesFor(pattern: string): readonly string[] {
  const ascii = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index));
  const written = pattern.split('').filter((character) => character > '\u007F');
  return [...new Set(['\t', ...ascii, ...written, '\u00A0', 'é', 'Ж', '中', '│', '✘'])];
}

interface Parsed {
  readonly shape: Shape;
  /** The bits of all samples. */
  readonly everything: bigint;
}

/** Takes apart a pattern that `RegExp` has accepted without flags. */
export function shapeOf(pattern: string): Parsed {
  const samples = samplesFor(pattern);
  const { shape } = new Parser(pattern, samples);
  return { shape, everything: (1n << BigInt(samples.length)) - 1n };
}

const quantifier = /^(?:[*+?]|\{(\d+)(,(\d*))?\})\??/;
const groupStart = /^\((?:\?(?:(<?[=!])|<[^>]+>|[a-z-]*:))?/;
/** With named groups `\k` is always a reference; a number may also be an octal escape, which nobody needs here. */
const escape = /^\\(?:(k<[^>]*>|[1-9]\d*)|x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|c[A-Za-z]|[^])/;
const set = /^\[(?:\\[^]|[^\]\\])*\]/;

class Parser {
  readonly shape: Shape;
  readonly #samples: readonly string[];
  readonly #flags: string;
  readonly #known = new Map<string, bigint>();
  #rest: string;

  constructor(pattern: string, samples: readonly string[]) {
    this.#rest = pattern;
    this.#samples = samples;
    // Where a part is matched without regard to case (`(?i:…)`), taking all so is the safe side.
    this.#flags = /\(\?[a-z]*[is]/.test(pattern) ? 'is' : '';
    this.shape = this.#choice();
  }

  #choice(): Shape {
    const options = [this.#sequence()];
    while (this.#rest.startsWith('|')) {
      this.#take(1);
      options.push(this.#sequence());
    }
    return options.length === 1 && options[0] !== undefined ? options[0] : { type: 'choice', options };
  }

  #sequence(): Shape {
    const parts: Shape[] = [];
    while (this.#rest !== '' && !/^[|)]/.test(this.#rest)) parts.push(this.#quantified(this.#one()));
    return { type: 'sequence', parts };
  }

  #one(): Shape {
    const group = groupStart.exec(this.#rest);
    if (group !== null) {
      this.#take(group[0].length);
      const body = this.#choice();
      this.#take(1);
      return group[1] === undefined ? body : { type: 'assertion', body };
    }
    if (this.#rest.startsWith('^')) return this.#simple(1, { type: 'start' });
    if (this.#rest.startsWith('$')) return this.#simple(1, { type: 'end' });
    if (/^\\b/i.test(this.#rest)) return this.#simple(2, { type: 'assertion', body: null });
    const escaped = escape.exec(this.#rest);
    if (escaped?.[1] !== undefined) return this.#simple(escaped[0].length, { type: 'backreference' });
    const source = escaped?.[0] ?? set.exec(this.#rest)?.[0] ?? this.#rest.slice(0, 1);
    return this.#simple(source.length, { type: 'character', matches: this.#matches(source) });
  }

  #quantified(body: Shape): Shape {
    const [text, least, range, most] = quantifier.exec(this.#rest) ?? [];
    if (text === undefined) return body;
    this.#take(text.length);
    if (least !== undefined) {
      const min = Number(least);
      const open = most === undefined || most === '' ? Number.POSITIVE_INFINITY : Number(most);
      return { type: 'repeat', body, min, max: range === undefined ? min : open };
    }
    const max = text.startsWith('?') ? 1 : Number.POSITIVE_INFINITY;
    return { type: 'repeat', body, min: text.startsWith('+') ? 1 : 0, max };
  }

  #simple(length: number, shape: Shape): Shape {
    this.#take(length);
    return shape;
  }

  #take(length: number): void {
    this.#rest = this.#rest.slice(length);
  }

  /** Asked of the engine itself, so that sets and escapes mean here what they mean there. */
  #matches(source: string): bigint {
    const known = this.#known.get(source);
    if (known !== undefined) return known;
    const single = /^[[\\.]/.test(source) ? source : `\\u${source.charCodeAt(0).toString(16).padStart(4, '0')}`;
    const whole = new RegExp(`^${single}$`, this.#flags);
    const bits = this.#samples.map((sample, index) => (whole.test(sample) ? 1n << BigInt(index) : 0n));
    const matches = bits.reduce((all, bit) => all | bit, 0n);
    this.#known.set(source, matches);
    return matches;
  }
}
