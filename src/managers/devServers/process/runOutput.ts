import { stripVTControlCharacters } from 'node:util';
import type { LogEntry, LogLine, ResourceLog } from '../../shared/logs/types.ts';

/** As much as is kept in memory of a project's log: what a run wrote before the daemon that adopts it looked. */
const searchedLines = 5000;
/** Others may have written into the project's log as well. */
const tailLines = 1000;
/** Of a line, or a piece of one; a pattern that backtracks must not stop the daemon for the sake of a minified file. */
const searchedCharacters = 4000;

/** Where the output of a run begins. */
export interface RunOutput {
  readonly log: ResourceLog;
  /** The label of its lines. */
  readonly label: string;
  /** For a run that begins now: the newest number before it. Else, milliseconds since the epoch: when it had begun. */
  readonly from: { readonly seq: number } | { readonly time: number };
}

/** The output lines of one run without ANSI sequences, those that come as well, until the signal aborts. */
export async function* runOutput(output: RunOutput, signal: AbortSignal): AsyncGenerator<string> {
  const { from, log } = output;
  const known = log.lastSeq;
  if ('time' in from) yield* (await log.tail(searchedLines)).filter(isOf(output)).map(plain);
  for await (const batch of log.follow('seq' in from ? from.seq : known, signal)) {
    yield* batch.filter(isOf(output)).map(plain);
  }
}

/** The newest output lines of a run that the log's newest lines hold, oldest first; none when the log cannot be read. */
export async function lastOutput(
  output: RunOutput,
  lines: number,
  onProblem: (error: unknown) => void,
): Promise<readonly string[]> {
  try {
    await output.log.poke();
    const entries = await output.log.tail(tailLines);
    return entries.filter(isOf(output)).slice(-lines).map(plain);
  } catch (error) {
    onProblem(error);
    return [];
  }
}

function isOf({ from, label }: RunOutput): (entry: LogEntry) => entry is LogLine {
  return (entry): entry is LogLine =>
    entry.kind === 'line' &&
    entry.from === label &&
    (entry.source === 'stdout' || entry.source === 'stderr') &&
    ('seq' in from ? entry.seq > from.seq : entry.time >= from.time);
}

function plain({ text }: LogLine): string {
  return stripVTControlCharacters(text.slice(0, searchedCharacters));
}
