import { summarised, summaryHead } from './esbuildSummary.ts';
import { continued, type Found, type Grammar, numberOf, type Step } from './grammar.ts';

/**
 * `vite build`. Version 8 (recorded) lets Rolldown draw `[CODE] text` over `╭─[ file:line:column ]`, with columns from 1.
 * Rollup's errors, up to version 7, are `file (line:column): text` and below it `file: path:line:column`, from 0, which is
 * Rollup's documented `loc`. Both come after `error during build:`; the same drawing before it is a warning.
 */
interface State {
  /** After `error during build:`, until the next build begins. */
  readonly failed: boolean;
  /** The next line with text is an error, in whatever form. */
  readonly expecting: boolean;
  /** Lines still belong to the message. */
  readonly gathering: boolean;
  readonly open: Found | null;
  /** A configuration that could not be loaded is the place of an error that names none. */
  readonly config: string;
}

const start: State = { failed: false, expecting: false, gathering: false, open: null, config: '' };

const begins = /^(?:vite v\S+ building|build started)/;
const failure = /^error during build:$/;
const config = /^failed to load config from (.+)$/;
const drawnPlace = /^\s*(?:╭─|,-)\[ ?(.+):(\d+):(\d+) ?\]$/;
const filePlace = /^file: (.+)$/;
const coded = /^\[([A-Z][A-Z0-9_]+)\] (.+)$/;
const unresolved = /^(?:Error: )?(\[vite\]: Roll(?:up|down) failed to resolve import .+)$/;
const fromPlugin = /^\[plugin ([^\]]+)\](?: (.+))?$/;
const bracketed = /^\[(?:builtin:|vite[:-])[\w:@/.-]*\] ./;
const errorName = /^(?:[A-Z]\w*)?Error: /;
const rollupPlace = /^(\S.*?) \((\d+):(\d+)\): (.+)$/;
const endingPlace = /^(.+?):(\d+):(\d+)$/;
const stack = /^\s+at /;
const frame = /^\s*\d+\s*[:|│]|^\s*[|│]/;

export const viteGrammar: Grammar<State> = {
  start,
  next: (state, line) => {
    if (begins.test(line)) return { state: start, found: closed(state) };
    const [, broken] = config.exec(line) ?? [];
    if (broken !== undefined) return { state: { ...start, config: broken }, found: closed(state) };
    if (failure.test(line) || summaryHead.test(line)) {
      const state_ = { ...start, config: state.config, failed: true, expecting: true };
      return { state: state_, found: closed(state) };
    }
    const opened = begun(state, line);
    if (opened === undefined) return state.open === null ? { state, found: [] } : inside(state, state.open, line);
    return { state: { ...state, expecting: false, gathering: true, open: opened }, found: closed(state) };
  },
  end: closed,
};

/** The problem that this line begins, if it does. */
function begun(state: State, line: string): Found | undefined {
  const severity = state.failed ? 'error' : 'warning';
  const [, code, text = ''] = coded.exec(line) ?? [];
  if (code !== undefined) return { ...unplaced(text, severity), code };
  const [, unresolvedText] = unresolved.exec(line) ?? [];
  if (unresolvedText !== undefined) return { ...unplaced(unresolvedText, 'error'), file: importerIn(unresolvedText) };
  const [, plugin, pluginText = ''] = fromPlugin.exec(line) ?? [];
  if (plugin !== undefined) {
    return state.failed ? ofPlugin(plugin, pluginText) : unplaced(`[plugin ${plugin}] ${pluginText.trim()}`, 'warning');
  }
  if (!state.failed) return undefined;
  const placed = summarised(line);
  if (placed !== undefined) return placed;
  if (bracketed.test(line)) return unplaced(line, 'error');
  return state.expecting && line.trim() !== '' ? anyError(line) : undefined;
}

/** Rolldown names plugin and file first, and what went wrong in the next line. */
function ofPlugin(plugin: string, text: string): Found {
  const [, file, line, column] = endingPlace.exec(text) ?? [];
  const found = unplaced(`[plugin ${plugin}]`, 'error');
  return file === undefined
    ? { ...found, file: text.trim() }
    : { ...found, file, line: numberOf(line), column: numberOf(column) + 1 };
}

function anyError(line: string): Found {
  const text = line.trim().replace(errorName, '');
  const [, file, lineNumber, column, message = ''] = rollupPlace.exec(text) ?? [];
  if (file === undefined) return unplaced(text, 'error');
  return { ...unplaced(message, 'error'), file, line: numberOf(lineNumber), column: numberOf(column) + 1 };
}

function inside(state: State, open: Found, line: string): Step<State> {
  const [, drawn, drawnLine, drawnColumn] = drawnPlace.exec(line) ?? [];
  if (drawn !== undefined) {
    const found = { ...open, file: drawn, line: numberOf(drawnLine), column: numberOf(drawnColumn) };
    return { state: withoutOpen(state), found: [found] };
  }
  const [, written] = filePlace.exec(line) ?? [];
  if (written !== undefined) return { state: withoutOpen(state), found: [at(open, written.trim())] };
  // Warnings have their place at once or not at all; text that follows is somebody else's.
  if (stack.test(line) || open.severity === 'warning') return { state: withoutOpen(state), found: closed(state) };
  if (line.trim() === '' || frame.test(line)) return { state: { ...state, gathering: false }, found: [] };
  if (line.trim() === 'Caused by:') return { state: { ...state, gathering: true }, found: [] };
  if (!state.gathering) return { state, found: [] };
  return { state: { ...state, open: lengthened(open, line) }, found: [] };
}

function at(found: Found, written: string): Found {
  const [, file, line, column] = endingPlace.exec(written) ?? [];
  if (file === undefined) return { ...found, file: written };
  return { ...found, file, line: numberOf(line), column: numberOf(column) + 1 };
}

function lengthened(open: Found, line: string): Found {
  const text = line.trim();
  if (!/^\[plugin [^\]]+\]$/.test(open.message)) return continued(open, text);
  return { ...open, message: `${open.message} ${text.replace(errorName, '')}` };
}

function withoutOpen(state: State): State {
  return { ...state, open: null, gathering: false, config: '' };
}

function importerIn(text: string): string {
  return / from "([^"]+)"/.exec(text)?.[1] ?? '';
}

function unplaced(message: string, severity: Found['severity']): Found {
  return { file: '', line: 0, column: 0, message: message.trim(), severity };
}

function closed({ config, open }: State): readonly Found[] {
  if (open === null) return [];
  return open.file === '' && open.severity === 'error' ? [{ ...open, file: config }] : [open];
}
