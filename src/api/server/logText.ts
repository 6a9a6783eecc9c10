import type { LogEntry, ResourceLog } from '../../managers/shared/logs/types.ts';

/** The whole log up to now as text, in pieces: `time [source] line`, oldest first. Ends where the log ended when it was asked for. */
export async function* logText(log: ResourceLog, signal: AbortSignal): AsyncGenerator<string> {
  await log.poke();
  const last = log.lastSeq;
  if (last === 0) return;
  /** Sources whose last entry goes on in the next one. */
  const open = new Set<string>();
  const enough = new AbortController();
  for await (const batch of log.follow(0, AbortSignal.any([signal, enough.signal]))) {
    const entries = batch.filter(({ seq }) => seq <= last);
    yield entries.map((entry) => textOf(entry, open)).join('');
    if (batch.some((entry) => lastSeqOf(entry) >= last)) break;
  }
  enough.abort();
}

function lastSeqOf(entry: LogEntry): number {
  return entry.kind === 'gap' ? entry.seq + entry.droppedLines - 1 : entry.seq;
}

function textOf(entry: LogEntry, open: Set<string>): string {
  const time = new Date(entry.time).toISOString();
  if (entry.kind === 'gap')
    return `${time} [devyard] ${String(entry.droppedLines)} lines (${String(entry.droppedBytes)} bytes) were dropped here.\n`;
  const begin = open.has(entry.source) ? '' : `${time} [${entry.source}] `;
  if (entry.continued === true) open.add(entry.source);
  else open.delete(entry.source);
  return `${begin}${entry.text}${entry.continued === true ? '' : '\n'}`;
}
