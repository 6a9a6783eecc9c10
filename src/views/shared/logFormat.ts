import type { LogEntryView } from '../../api/contract/logs.ts';
import { formatBytes, formatCount, formatLocalIso } from './format.ts';
import type { Localizer } from './l10n.ts';

type LogLine = Extract<LogEntryView, { kind: 'line' }>;

/** What code-server itself puts in front of its lines; the time is there already. */
const ownTime = /^\[\d{4}-\d\d-\d\dT[\d:.]+Z\] /;

/**
 * Turns log entries into the text of an output channel: an ISO time, a tag where the line is not plain output, the text.
 * Pieces of one long line are put together again as long as nothing comes between them.
 */
export class LogFormatter {
  readonly #l10n: Localizer;
  /** Source of a line whose rest is still to come and whose line end was not written yet. */
  #open: LogLine['source'] | undefined;

  constructor(l10n: Localizer) {
    this.#l10n = l10n;
  }

  format(entries: readonly LogEntryView[]): string {
    let text = '';
    for (const entry of entries) {
      if (entry.kind === 'gap') {
        text += `${this.#closed()}${gapText(entry, this.#l10n)}\n`;
        continue;
      }
      const goesOn = this.#open === entry.source;
      const start = goesOn ? '' : `${this.#closed()}${prefix(entry)}`;
      this.#open = entry.continued === true ? entry.source : undefined;
      const words = goesOn ? entry.text : entry.text.replace(ownTime, '');
      text += `${start}${words}${this.#open === undefined ? '\n' : ''}`;
    }
    return text;
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

function prefix({ time, source }: LogLine): string {
  const tag = source === 'stdout' || source === 'server' ? '' : `[${source}] `;
  return `${formatLocalIso(time)} ${tag}`;
}
