import type { CodeServer } from '../../../managers/codeServers/model.ts';
import type { LogEntry } from '../../../managers/shared/logs/types.ts';

/** A server as the original's clients know it. Every key is always there; what is not known is null. */
export interface LegacyServer {
  readonly id: string;
  readonly name: string;
  readonly port: number;
  readonly workspace_path: string;
  readonly extensions: readonly string[];
  readonly status: string;
  readonly pid: number | null;
  /** ISO 8601, like every time here. */
  readonly start_time: string | null;
  readonly command: readonly string[];
  /** Seconds. */
  readonly uptime: number | null;
  readonly cpu_percent: number | null;
  /** Mebibytes. */
  readonly memory_mb: number | null;
  readonly last_update: string | null;
}

export interface LegacyLog {
  readonly timestamp: string;
  readonly level: 'INFO' | 'WARN' | 'ERROR';
  readonly serverId: string;
  readonly serverName: string;
  readonly source: string;
  readonly message: string;
}

export function legacyServer(server: CodeServer, now: number): LegacyServer {
  const run = 'run' in server.state ? server.state.run : undefined;
  return {
    id: server.id,
    name: server.name,
    port: server.port,
    workspace_path: server.folder,
    extensions: server.extensions,
    status: server.state.status,
    pid: run?.pid ?? null,
    start_time: run === undefined ? null : new Date(run.startedAt).toISOString(),
    command: ['code-server', ...server.args, server.folder],
    uptime: run === undefined ? null : Math.max(0, (now - run.startedAt) / 1000),
    cpu_percent: server.metrics?.cpuPercent ?? null,
    memory_mb: server.metrics === null ? null : server.metrics.memoryBytes / 1_048_576,
    last_update: server.metrics === null ? null : new Date(server.metrics.sampledAt).toISOString(),
  };
}

export function legacyLog(entry: LogEntry, server: { readonly id: string; readonly name: string }): LegacyLog {
  const common = { timestamp: new Date(entry.time).toISOString(), serverId: server.id, serverName: server.name };
  if (entry.kind === 'gap') {
    const message = `${entry.droppedLines} lines (${entry.droppedBytes} bytes) were dropped here.`;
    return { ...common, level: 'WARN', source: 'system', message };
  }
  return { ...common, level: entry.source === 'stderr' ? 'ERROR' : 'INFO', source: entry.source, message: entry.text };
}
