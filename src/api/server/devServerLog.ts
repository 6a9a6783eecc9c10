import type { LogEntry, ResourceLog } from '../../managers/shared/logs/types.ts';
import type { DevServerLogEntry } from '../contract/devServers.ts';

const pageLines = 5000;

interface Wanted {
  readonly count: number;
  readonly before?: number | undefined;
  readonly source?: string | undefined;
  readonly search?: string | undefined;
}

/** The newest entries that were asked for, oldest first. A filter looks as far back as the log goes. */
export async function newestEntries(
  log: ResourceLog,
  pluginID: string,
  { count, before, source, search }: Wanted,
): Promise<DevServerLogEntry[]> {
  const needle = search?.toLowerCase();
  const fits = (entry: DevServerLogEntry): boolean =>
    (source === undefined || entry.source === source) &&
    (needle === undefined || entry.message.toLowerCase().includes(needle));
  const filtered = source !== undefined || search !== undefined;
  const found: DevServerLogEntry[][] = [];
  let left = count;
  let stop = before;
  while (left > 0) {
    const page = await log.tail(filtered ? pageLines : Math.min(left, 100_000), stop);
    const entries = page.map((entry) => originalEntry(entry, pluginID)).filter(fits);
    found.unshift(entries.slice(-left));
    left -= entries.length;
    const [first] = page;
    if (!filtered || first === undefined || first.seq <= 1 || first.seq === stop) break;
    stop = first.seq;
  }
  return found.flat();
}

/** An entry in the words of the original; what a limit dropped is said by the manager. */
export function originalEntry(entry: LogEntry, pluginID: string): DevServerLogEntry {
  const common = { seq: entry.seq, timestamp: new Date(entry.time).toISOString(), pluginID };
  if (entry.kind === 'gap') {
    const message = `${String(entry.droppedLines)} lines (${String(entry.droppedBytes)} bytes) were dropped here.`;
    return { ...common, source: 'manager', level: 'warn', message };
  }
  const { source, text, continued } = entry;
  const own = source === 'system' || source === 'server';
  return {
    ...common,
    source: own ? 'manager' : (entry.from ?? 'manager'),
    level: source === 'stderr' ? 'error' : 'info',
    message: own && entry.from !== undefined ? `${entry.from}: ${text}` : text,
    ...(continued === true ? { continued } : {}),
  };
}
