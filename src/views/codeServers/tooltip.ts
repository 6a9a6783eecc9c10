import type { CodeServer } from '../../api/contract/codeServers.ts';
import { commandUri, escapeMarkdown, formatBytes, formatDuration, formatPercent } from '../shared/format.ts';
import type { Localizer } from '../shared/l10n.ts';
import { can } from './actions.ts';
import { exitText, statusText } from './presentation.ts';

/** Commands that links in tooltips may run. */
export const linkedCommands = [
  'devyard.codeServer.open',
  'devyard.codeServer.start',
  'devyard.codeServer.stop',
  'devyard.codeServer.showLogs',
] as const;

/** Everything worth knowing about one code-server, as Markdown with theme icons and command links. */
export function tooltipOf(codeServer: CodeServer, now: number, l10n: Localizer): string {
  const { state, metrics } = codeServer;
  const rows = [
    `**${escapeMarkdown(codeServer.name)}** — ${statusText(state.status, l10n)}`,
    `$(folder) ${escapeMarkdown(codeServer.folder)}`,
    `$(plug) ${l10n.t('Port {0}', codeServer.port)}`,
  ];
  if (state.status === 'running' || state.status === 'unhealthy') {
    const uptime = l10n.t('Up for {0}', formatDuration(now - state.run.startedAt, l10n));
    rows.push(`$(clock) ${uptime} · ${l10n.t('process {0}', state.run.pid)}`);
    if (metrics !== null) {
      const processes = l10n.t('{0} processes', metrics.processes);
      rows.push(`$(pulse) ${formatPercent(metrics.cpuPercent)} · ${formatBytes(metrics.memoryBytes)} · ${processes}`);
    }
  }
  if (state.status === 'starting') rows.push(`$(loading~spin) ${escapeMarkdown(state.step)}`);
  if (state.status === 'unhealthy') rows.push(`$(warning) ${escapeMarkdown(state.reason)}`);
  if (state.status === 'failed') {
    rows.push(`$(error) ${escapeMarkdown(withExit(state, l10n))}`);
    if (state.hint !== undefined) rows.push(escapeMarkdown(state.hint));
  }
  const blocks = [rows.join('  \n')];
  if (state.status === 'failed' && state.lastLines.length > 0) blocks.push(codeBlock(state.lastLines.slice(-10)));
  blocks.push(linksOf(codeServer, l10n));
  return blocks.join('\n\n');
}

/** `[Open](command:…) · [Stop](command:…) · [Show Logs](command:…)`, whatever can be done now. */
export function linksOf({ id, state }: CodeServer, l10n: Localizer): string {
  const links: string[] = [];
  const link = (label: string, command: (typeof linkedCommands)[number]): void => {
    links.push(`[${label}](${commandUri(command, id)})`);
  };
  if (can('open', state.status)) link(l10n.t('Open'), 'devyard.codeServer.open');
  if (can('start', state.status)) {
    link(state.status === 'failed' ? l10n.t('Retry') : l10n.t('Start'), 'devyard.codeServer.start');
  }
  if (can('stop', state.status)) link(l10n.t('Stop'), 'devyard.codeServer.stop');
  link(l10n.t('Show Logs'), 'devyard.codeServer.showLogs');
  return links.join(' · ');
}

/** Why it failed, and how it ended where that is not said already. */
function withExit(state: Extract<CodeServer['state'], { status: 'failed' }>, l10n: Localizer): string {
  const { reason, exitCode, signal } = state;
  const exit = exitText(state, l10n);
  const said = reason.includes(signal ?? `exit code ${String(exitCode)}`);
  return exit === undefined || said ? reason : `${reason} (${exit})`;
}

/** Log lines are foreign text: the fence is longer than any run of backticks in them. */
function codeBlock(lines: readonly string[]): string {
  const text = lines.map((line) => line.slice(0, 300)).join('\n');
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}text\n${text}\n${fence}`;
}
