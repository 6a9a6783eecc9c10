import type { LogEntryView } from '../../api/contract/logs.ts';
import { formatBytes, formatCount, formatLocalIso } from './format.ts';
import type { Localizer } from './l10n.ts';

type LogLine = Extract<LogEntryView, { kind: 'line' }>;

/** How the lines of one kind of log are written. */
export interface LogStyle {
  /** What stands in brackets between time and text; nothing when empty. */
  tag(line: LogLine): string;
  /** The text of a line as it is to be shown, or of a piece of one; `goesOn`: not the first one. */
  clean(text: string, goesOn: boolean): string;
}

/** What code-server itself puts in front of its lines; the time is there already. */
const ownTime = /^\[\d{4}-\d\d-\d\dT[\d:.]+Z\] /;

const codeServerStyle: LogStyle = {
  tag: ({ source }) => (source === 'stdout' || source === 'server' ? '' : source),
  clean: (text, goesOn) => (goesOn ? text : text.replace(ownTime, '')),
};

/**
 * Turns log entries into the text of an output channel: an ISO time, a tag where the line is not plain output, the text.
 * Pieces of one long line are put together again as long as nothing comes between them.
 */
export class LogFormatter {
  readonly #l10n: Localizer;
  readonly #style: LogStyle;
  /** Who wrote a line whose rest is still to come and whose line end was not written yet. */
  #open: string | undefined;

  constructor(l10n: Localizer, style: LogStyle = codeServerStyle) {
    this.#l10n = l10n;
    this.#style = style;
  }

  format(entries: readonly LogEntryView[]): string {
    let text = '';
    for (const entry of entries) {
      if (entry.kind === 'gap') {
        text += `${this.#closed()}${gapText(entry, this.#l10n)}\n`;
        continue;
      }
      const writer = `${entry.source} ${entry.from ?? ''}`;
      const goesOn = this.#open === writer;
      const start = goesOn ? '' : `${this.#closed()}${this.#prefix(entry)}`;
      this.#open = entry.continued === true ? writer : undefined;
      const words = this.#style.clean(entry.text, goesOn);
      text += `${start}${words}${this.#open === undefined ? '\n' : ''}`;
    }
    return text;
  }

  #prefix(line: LogLine): string {
    const tag = this.#style.tag(line);
    return `${formatLocalIso(line.time)} ${tag === '' ? '' : `[${tag}] `}`;
  }

  /** Ends a line that was left open. */
  #closed(): string {
    const end = this.#open === undefined ? '' : '\n';
    this.#open = undefined;
    return end;
  }
}

/** `── 1.2 MB (3,400 lines) dropped by the log limit ──` */
function gapText(gap: Extract<LogEntryView, { kind: 'gap' }>, l10n: Localizer): string {
  const size = formatBytes(gap.droppedBytes);
  return `── ${l10n.t('{0} ({1} lines) dropped by the log limit', size, formatCount(gap.droppedLines))} ──`;
}
