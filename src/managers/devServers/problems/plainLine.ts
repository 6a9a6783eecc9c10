import { stripVTControlCharacters } from 'node:util';

/** What is matched of a line, in characters. A place and a message are at the front; minified code is behind them. */
export const longestLine = 4096;

/** Colours can take more room than the text between them. */
const longestColoured = 4 * longestLine;

/** Tabs mean something to compilers' indentation; no other control character does. */
// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u0008\u000A-\u001F\u007F]/g;

/** A line as it looked: without control sequences, without what a progress bar wrote over, and bounded. */
export function plainLine(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\r' || text[end - 1] === '\n')) end -= 1;
  const start = end === 0 ? 0 : text.lastIndexOf('\r', end - 1) + 1;
  const seen = text.slice(start, Math.min(end, start + longestColoured));
  return stripVTControlCharacters(seen).replaceAll(controls, '').slice(0, longestLine);
}
