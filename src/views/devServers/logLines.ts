import { stripVTControlCharacters } from 'node:util';
import type { DevServerLogEntry } from '../../api/contract/devServers.ts';
import type { LogEntryView } from '../../api/contract/logs.ts';
import type { Localizer } from '../shared/l10n.ts';
import { LogFormatter, type LogStyle } from '../shared/logFormat.ts';

/** What the API calls the source of what Devyard itself says. */
export const managerSource = 'manager';

type LogLine = Extract<LogEntryView, { kind: 'line' }>;

/** Every line says whose it is: `[ui] …`, `[devyard] …`. Colours are for terminals. */
const devServerStyle: LogStyle = {
  tag: (line) => {
    const source = sourceOf(line);
    return source === managerSource ? 'devyard' : source;
  },
  clean: (text) => stripVTControlCharacters(text),
};

/** The log of a project as text; with `source` only what comes from that process or build. */
export class DevServerLogFormatter {
  readonly #lines: LogFormatter;
  readonly #source: string | undefined;

  constructor(l10n: Localizer, source?: string) {
    this.#lines = new LogFormatter(l10n, devServerStyle);
    this.#source = source;
  }

  format(entries: readonly LogEntryView[]): string {
    const source = this.#source;
    if (source === undefined) return this.#lines.format(entries);
    return this.#lines.format(entries.filter((entry) => entry.kind === 'line' && sourceOf(entry) === source));
  }
}

/** An entry of `devServers.logs` in the form of the log stream, so that both make one text. */
export function asLogEntry(entry: DevServerLogEntry): LogEntryView {
  const { seq, timestamp, source, level, message, continued } = entry;
  const line = { kind: 'line', seq, time: Date.parse(timestamp), text: message } as const;
  const more = continued === undefined ? {} : { continued };
  if (source === managerSource) return { ...line, ...more, source: 'system' };
  return { ...line, ...more, source: level === 'error' ? 'stderr' : 'stdout', from: source };
}

function sourceOf({ source, from }: LogLine): string {
  return source === 'system' || source === 'server' ? managerSource : (from ?? managerSource);
}
