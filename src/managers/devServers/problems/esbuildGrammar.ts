import { pluginFirst, summarised, summaryHead } from './esbuildSummary.ts';
import { codeOf, continued, type Found, type Grammar, numberOf, type Step } from './grammar.ts';

/**
 * esbuild's report (recorded from esbuild 0.28): `✘ [ERROR] text [plugin name] [id]`, a blank line, then indented by four
 * `file:line:column:` with the column from 0. Code and notes follow and are left out. Windows consoles get an `X`.
 */
type State =
  | { readonly type: 'idle' }
  /** The text may have more lines, up to the blank one. */
  | { readonly type: 'text'; readonly found: Found }
  /** The next line is the place, if there is one. */
  | { readonly type: 'place'; readonly found: Found }
  /** In the message of an exception. */
  | { readonly type: 'summary'; readonly found: Found | null };

const idle: State = { type: 'idle' };

const head = /^\S \[(ERROR|WARNING)\] (.+)$/;
const place = /^ {4}(\S.*):(\d+):(\d+):$/;
const summaryText = /^(?:error|ERROR): (.+)$/;
const pluginEnd = / \[plugin ([^\][]+)\]$/;
const idEnd = / \[([a-z][a-z0-9]*(?:-[a-z0-9]+)+)\]$/;

export const esbuildGrammar: Grammar<State> = {
  start: idle,
  next: (state, line) => {
    const [, severity, message = ''] = head.exec(line) ?? [];
    if (severity !== undefined) {
      const found = unplaced(message.trim(), severity === 'ERROR' ? 'error' : 'warning');
      return { state: { type: 'text', found }, found: closed(state) };
    }
    if (summaryHead.test(line)) return { state: { type: 'summary', found: null }, found: closed(state) };
    switch (state.type) {
      case 'idle':
        return { state, found: [] };
      case 'text':
        return line.trim() === ''
          ? { state: { type: 'place', found: state.found }, found: [] }
          : { state: { type: 'text', found: continued(state.found, line.trimEnd()) }, found: [] };
      case 'place':
        return { state: idle, found: [placedAt(line, labelled(state.found))] };
      case 'summary':
        return inSummary(state, line);
    }
  },
  end: closed,
};

function placedAt(line: string, found: Found): Found {
  const [, file, lineNumber, column] = place.exec(line) ?? [];
  return file === undefined ? found : { ...found, file, line: numberOf(lineNumber), column: numberOf(column) + 1 };
}

/** Takes the plugin and the id from the end of the text, which may be lines after its beginning. */
function labelled(found: Found): Found {
  const id = idEnd.exec(found.message)?.[1];
  const text = id === undefined ? found.message : found.message.slice(0, -` [${id}]`.length);
  const plugin = pluginEnd.exec(text)?.[1];
  const message = plugin === undefined ? text : `[plugin ${plugin}] ${text.slice(0, -` [plugin ${plugin}]`.length)}`;
  return { ...found, message, ...codeOf(id) };
}

function inSummary(state: State & { readonly type: 'summary' }, line: string): Step<State> {
  const placed = summarised(line);
  if (placed !== undefined) return { state: { type: 'summary', found: placed }, found: closed(state) };
  const [, text] = summaryText.exec(line) ?? [];
  if (text !== undefined) {
    return { state: { type: 'summary', found: unplaced(pluginFirst(text.trim()), 'error') }, found: closed(state) };
  }
  if (line.trim() === '' || line === '...' || /^\s+at /.test(line)) return { state: idle, found: closed(state) };
  const found = state.found === null ? null : continued(state.found, line.trimEnd());
  return { state: { type: 'summary', found }, found: [] };
}

function unplaced(message: string, severity: Found['severity']): Found {
  return { file: '', line: 0, column: 0, message, severity };
}

function closed(state: State): readonly Found[] {
  switch (state.type) {
    case 'idle':
      return [];
    case 'text':
    case 'place':
      return [labelled(state.found)];
    case 'summary':
      return state.found === null ? [] : [state.found];
  }
}
