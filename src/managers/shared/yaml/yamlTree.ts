import {
  type AliasEvent,
  constructFromEvents,
  type DocumentEvent,
  type Event,
  EVENT_ID,
  getScalarValue,
  type MappingEvent,
  parseEvents,
  type ScalarEvent,
  SCALAR_STYLE,
  type SequenceEvent,
  YAMLException,
} from 'js-yaml';
import { messageOf } from '../errors.ts';
import type { TextRange } from './textPositions.ts';

/** A YAML value that knows where it stands. An alias is the node it stands for. */
export type YamlNode = ScalarNode | SequenceNode | MappingNode;

interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: unknown;
  readonly range: TextRange;
}

interface SequenceNode {
  readonly kind: 'sequence';
  readonly items: YamlNode[];
  readonly range: TextRange;
}

export interface MappingEntry {
  readonly keyRange: TextRange;
  readonly value: YamlNode;
}

export interface MappingNode {
  readonly kind: 'mapping';
  readonly entries: ReadonlyMap<string, MappingEntry>;
  readonly range: TextRange;
}

/** A fault of the text itself. `path` is the dotted path where the fault has one. */
export interface YamlFault {
  readonly range: TextRange;
  readonly path: string;
  readonly message: string;
}

export interface YamlTree {
  /** Undefined for a text that holds no value at all, or one too broken to read. */
  readonly root: YamlNode | undefined;
  readonly faults: readonly YamlFault[];
}

/** Values after aliases are expanded. Far more than any configuration needs, little enough to check at once. */
const maxValues = 50_000;
/** Names that mean something else to JavaScript objects. */
const reserved = new Set(['__proto__', 'constructor', 'prototype']);

/** Reads one YAML 1.2 document (core schema, and `<<` as in YAML 1.1). Never throws. */
export function readYaml(text: string): YamlTree {
  let events: Event[];
  try {
    events = parseEvents(text, {});
  } catch (error) {
    return { root: undefined, faults: [syntaxFault(text, error)] };
  }
  if (events.length > 3 * maxValues) return { root: undefined, faults: [tooMany] };
  return new TreeBuilder(text, events).build();
}

const tooMany: YamlFault = {
  range: { start: 0, end: 1 },
  path: '',
  message: `The file holds more than ${maxValues.toLocaleString('en')} values, aliases expanded. Make it smaller.`,
};

function syntaxFault(text: string, error: unknown): YamlFault {
  const mark = error instanceof YAMLException ? error.mark : undefined;
  const reason = error instanceof YAMLException ? error.reason : messageOf(error);
  // What is missing at the end is shown at the last character there is.
  const offset = Math.min(mark?.position ?? 0, Math.max(0, text.trimEnd().length - 1));
  const line = text.slice(Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1);
  const hint = /^ *\t/.test(line) ? ' Indent with spaces, not with tabs.' : '';
  return { range: { start: offset, end: offset + 1 }, path: '', message: `This is no YAML: ${reason}.${hint}` };
}

type PathPart = string | number;
const dotted = (path: readonly PathPart[]): string => path.join('.');

/** Builds the tree out of the parser's events, collecting what is wrong instead of stopping at it. */
class TreeBuilder {
  readonly #text: string;
  readonly #events: readonly Event[];
  readonly #faults: YamlFault[] = [];
  readonly #values = new Map<ScalarEvent, unknown>();
  /** Undefined while the anchored node is still being read. */
  readonly #anchors = new Map<string, { node: YamlNode; weight: number } | undefined>();
  #next = 0;
  #weight = 0;
  #document: DocumentEvent | undefined;

  constructor(text: string, events: readonly Event[]) {
    this.#text = text;
    this.#events = events;
  }

  build(): YamlTree {
    const documents = this.#events.filter((event) => event.type === EVENT_ID.DOCUMENT);
    this.#document = documents[0];
    if (documents.length === 0) return { root: undefined, faults: [] };
    if (documents.length > 1) return { root: undefined, faults: [this.#secondDocument()] };
    this.#resolvePlain();
    this.#next = 1;
    const root = this.#node([], { start: 0, end: 0 });
    return this.#weight > maxValues ? { root: undefined, faults: [tooMany] } : { root, faults: this.#faults };
  }

  #secondDocument(): YamlFault {
    const second = this.#events.findLastIndex((event) => event.type === EVENT_ID.DOCUMENT);
    const first = this.#events[second + 1];
    const start = first === undefined ? -1 : startOf(first);
    const range = start < 0 ? { start: this.#text.length, end: this.#text.length } : { start, end: start + 1 };
    return { range, path: '', message: 'A second YAML document begins here. Keep one, without a “---” between.' };
  }

  /** All values without a tag at once: it is the library that knows what `0x1F` or `~` is. */
  #resolvePlain(): void {
    const scalars = this.#events.filter((event) => event.type === EVENT_ID.SCALAR && event.tagStart < 0);
    const list = [this.#document, sequence, ...scalars, pop, pop].filter((event) => event !== undefined);
    const [values] = constructFromEvents(list, { source: this.#text }) as unknown[][];
    for (const [index, event] of scalars.entries()) this.#values.set(event as ScalarEvent, values?.[index]);
  }

  /** The next value. `place` is where it is reported when it takes no room itself, as the value of `key:` may. */
  #node(path: readonly PathPart[], place: TextRange): YamlNode {
    const event = this.#events[this.#next];
    this.#next += 1;
    this.#weight += 1;
    const nothing: ScalarNode = { kind: 'scalar', value: null, range: place };
    switch (event?.type) {
      case EVENT_ID.SCALAR: {
        const node = this.#scalar(event, path, place);
        this.#anchor(event, node, 1);
        return node;
      }
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.MAPPING:
        return this.#collection(event, path);
      case EVENT_ID.ALIAS:
        return this.#alias(event, path) ?? nothing;
      case EVENT_ID.DOCUMENT:
      case EVENT_ID.POP:
      case undefined:
      default:
        return nothing;
    }
  }

  #scalar(event: ScalarEvent, path: readonly PathPart[], place: TextRange): ScalarNode {
    const range = scalarRange(event, place);
    const fault = (message: string): ScalarNode => {
      this.#faults.push({ range, path: dotted(path), message });
      return { kind: 'scalar', value: null, range };
    };
    let value = this.#values.get(event);
    if (event.tagStart >= 0) {
      try {
        const events = [this.#document, event, pop].filter((part) => part !== undefined);
        [value] = constructFromEvents(events, { source: this.#text });
      } catch (error) {
        return fault(`${error instanceof YAMLException ? error.reason : messageOf(error)}. Leave the tag out.`);
      }
    }
    if (typeof value === 'number' && !Number.isFinite(value)) return fault('This number has no end. Give another one.');
    return { kind: 'scalar', value, range };
  }

  #collection(event: SequenceEvent | MappingEvent, path: readonly PathPart[]): YamlNode {
    const before = this.#weight;
    const range = { start: event.start, end: event.start + 1 };
    const tag = event.tagStart < 0 ? '' : this.#text.slice(event.tagStart, event.tagEnd);
    if (!['', '!', '!!map', '!!seq'].includes(tag)) {
      this.#faults.push({ range, path: dotted(path), message: `The tag ${tag} is not known. Leave it out.` });
    }
    this.#anchor(event, undefined, 0);
    let node: YamlNode;
    if (event.type === EVENT_ID.SEQUENCE) {
      node = { kind: 'sequence', items: [], range };
      while (!this.#atEnd()) node.items.push(this.#node([...path, node.items.length], range));
    } else {
      node = { kind: 'mapping', entries: this.#entries(path, range), range };
    }
    this.#next += 1;
    this.#anchor(event, node, this.#weight - before + 1);
    return node;
  }

  #entries(path: readonly PathPart[], range: TextRange): ReadonlyMap<string, MappingEntry> {
    const entries = new Map<string, MappingEntry>();
    const merged = new Map<string, MappingEntry>();
    while (!this.#atEnd()) {
      const keyEvent = this.#events[this.#next];
      const keyNode = this.#node(path, range);
      const key = keyEvent?.type === EVENT_ID.SCALAR ? getScalarValue(this.#text, keyEvent) : undefined;
      const keyRange = keyNode.range;
      const value = this.#node([...path, key ?? '?'], keyRange);
      const here = dotted(key === undefined ? path : [...path, key]);
      const refuse = (message: string): number => this.#faults.push({ range: keyRange, path: here, message });
      if (key === undefined) refuse('A key must be a single word or text.');
      else if (reserved.has(key)) refuse(`“${key}” cannot be used as a key. Choose another name.`);
      else if (key === '<<' && keyEvent !== undefined && isPlain(keyEvent)) this.#merge(value, merged, refuse);
      else if (entries.has(key)) refuse(`“${key}” is given twice. Keep one of the two.`);
      else entries.set(key, { keyRange, value });
    }
    for (const [key, entry] of merged) if (!entries.has(key)) entries.set(key, entry);
    return entries;
  }

  #merge(value: YamlNode, merged: Map<string, MappingEntry>, refuse: (message: string) => void): void {
    const sources = value.kind === 'sequence' ? value.items : [value];
    for (const source of sources) {
      if (source.kind !== 'mapping') refuse('“<<” can only take in a mapping or a list of mappings.');
      // Of two that give the same key, the first one holds.
      else for (const [key, entry] of source.entries) if (!merged.has(key)) merged.set(key, entry);
    }
  }

  #alias(event: AliasEvent, path: readonly PathPart[]): YamlNode | undefined {
    const name = this.#text.slice(event.anchorStart, event.anchorEnd);
    const range = { start: event.anchorStart - 1, end: event.anchorEnd };
    const target = this.#anchors.get(name);
    if (target === undefined) {
      const message = this.#anchors.has(name)
        ? `“*${name}” stands inside what it stands for. Write the value itself.`
        : `There is no “&${name}” above that “*${name}” could stand for.`;
      this.#faults.push({ range, path: dotted(path), message });
      return undefined;
    }
    this.#weight += target.weight;
    // What is refused anyway is not followed: merging it again and again would take for ever.
    return this.#weight > maxValues ? undefined : target.node;
  }

  #anchor(event: ScalarEvent | SequenceEvent | MappingEvent, node: YamlNode | undefined, weight: number): void {
    if (event.anchorStart < 0) return;
    this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), node && { node, weight });
  }

  #atEnd(): boolean {
    const event = this.#events[this.#next];
    return event === undefined || event.type === EVENT_ID.POP;
  }
}

const none = { anchorStart: -1, anchorEnd: -1, tagStart: -1, tagEnd: -1 } as const;
const sequence: SequenceEvent = { type: EVENT_ID.SEQUENCE, start: 0, style: 1, ...none };
const pop: Event = { type: EVENT_ID.POP };

const isPlain = (event: Event): boolean => event.type === EVENT_ID.SCALAR && event.style === SCALAR_STYLE.PLAIN;

function startOf(event: Event): number {
  switch (event.type) {
    case EVENT_ID.SCALAR:
      return event.valueStart;
    case EVENT_ID.SEQUENCE:
    case EVENT_ID.MAPPING:
      return event.start;
    case EVENT_ID.ALIAS:
      return event.anchorStart;
    case EVENT_ID.DOCUMENT:
    case EVENT_ID.POP:
    default:
      return -1;
  }
}

function scalarRange(event: ScalarEvent, place: TextRange): TextRange {
  const { style, valueStart: start, valueEnd: end } = event;
  if (start < 0) return place;
  const quote = style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED ? 1 : 0;
  return { start: start - quote, end: end + quote };
}
