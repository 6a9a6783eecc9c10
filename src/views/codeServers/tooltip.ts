import type { CodeServer, WorkspaceOrigin } from '../../api/contract/codeServers.ts';
import type { Job } from '../../api/contract/jobs.ts';
import { codeBlock, commandUri, escapeMarkdown, formatBytes, formatDuration, formatPercent } from '../shared/format.ts';
import type { Localizer } from '../shared/l10n.ts';
import { can } from './actions.ts';
import { idleText } from '../creation/summary.ts';
import { jobText } from '../shared/jobText.ts';
import { exitText, statusText } from './presentation.ts';

/** Commands that links in tooltips may run. */
export const linkedCommands = [
  'devyard.codeServer.open',
  'devyard.codeServer.start',
  'devyard.codeServer.stop',
  'devyard.codeServer.showLogs',
  'devyard.codeServer.showUsage',
  'devyard.codeServer.cancelJob',
] as const;

/** What a tooltip says beyond the code-server itself. */
export interface TooltipExtras {
  /** What is being done for it. */
  readonly job?: Job | undefined;
  /** Pictures of the last minutes as URIs. */
  readonly charts?: { readonly cpu: string; readonly memory: string } | undefined;
}

/** Everything worth knowing about one code-server, as Markdown with theme icons and command links. */
export function tooltipOf(codeServer: CodeServer, now: number, l10n: Localizer, extras: TooltipExtras = {}): string {
  const { job, charts } = extras;
  const { state, metrics } = codeServer;
  const rows = [
    `**${escapeMarkdown(codeServer.name)}** — ${statusText(state.status, l10n)}`,
    `$(folder) ${escapeMarkdown(codeServer.folder)}`,
    ...originRows(codeServer.origin, l10n),
    `$(plug) ${l10n.t('Port {0}', codeServer.port)}`,
    ...outfitRows(codeServer, l10n),
  ];
  if (job !== undefined) rows.push(`$(loading~spin) ${escapeMarkdown(jobText(job, l10n))}`);
  if (state.status === 'running' || state.status === 'unhealthy') {
    const uptime = l10n.t('Up for {0}', formatDuration(now - state.run.startedAt, l10n));
    rows.push(`$(clock) ${uptime} · ${l10n.t('process {0}', state.run.pid)}`);
    if (metrics !== null) {
      const processes = l10n.t('{0} processes', metrics.processes);
      rows.push(`$(pulse) ${formatPercent(metrics.cpuPercent)} · ${formatBytes(metrics.memoryBytes)} · ${processes}`);
    }
    if (charts !== undefined) {
      const [cpu, memory] = [l10n.t('CPU'), l10n.t('Memory')];
      rows.push(`${cpu} ![${cpu}](${charts.cpu}) ${memory} ![${memory}](${charts.memory})`);
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
  blocks.push(linksOf(codeServer, l10n, job));
  return blocks.join('\n\n');
}

/** `[Open](command:…) · [Stop](command:…) · [Show Logs](command:…)`, whatever can be done now. */
export function linksOf({ id, state }: CodeServer, l10n: Localizer, job?: Job): string {
  const links: string[] = [];
  const link = (label: string, command: (typeof linkedCommands)[number]): void => {
    links.push(`[${label}](${commandUri(command, id)})`);
  };
  if (can('open', state.status)) link(l10n.t('Open'), 'devyard.codeServer.open');
  if (can('start', state.status)) {
    link(state.status === 'failed' ? l10n.t('Retry') : l10n.t('Start'), 'devyard.codeServer.start');
  }
  if (can('stop', state.status)) link(l10n.t('Stop'), 'devyard.codeServer.stop');
  if (can('open', state.status)) link(l10n.t('Usage'), 'devyard.codeServer.showUsage');
  if (job !== undefined) link(l10n.t('Cancel'), 'devyard.codeServer.cancelJob');
  link(l10n.t('Show Logs'), 'devyard.codeServer.showLogs');
  return links.join(' · ');
}

function originRows(origin: WorkspaceOrigin, l10n: Localizer): readonly string[] {
  switch (origin.type) {
    case 'git': {
      const { url, branch } = origin;
      const text =
        branch === undefined ? l10n.t('cloned from {0}', url) : l10n.t('cloned from {0}, branch {1}', url, branch);
      return [`$(source-control) ${escapeMarkdown(text)}`];
    }
    case 'archive':
      return [`$(file-zip) ${escapeMarkdown(l10n.t('unpacked from {0}', origin.name))}`];
    case 'template':
      return [`$(layout) ${escapeMarkdown(l10n.t('template {0}, cloned from {1}', origin.name, origin.url))}`];
    case 'copy':
      return [`$(copy) ${escapeMarkdown(l10n.t('copy of {0}', origin.name))}`];
    case 'empty':
    case 'folder':
  }
  return [];
}

/** How many extensions a tooltip names. */
const namedExtensions = 6;

function outfitRows(codeServer: CodeServer, l10n: Localizer): readonly string[] {
  const { extensions, extensionGroups, autoStart, stopWhenIdleMinutes } = codeServer;
  const rows: string[] = [];
  if (extensionGroups.length > 0) {
    rows.push(`$(library) ${escapeMarkdown(l10n.t('Groups: {0}', extensionGroups.join(', ')))}`);
  }
  if (extensions.length > 0) {
    const named = extensions.slice(0, namedExtensions).join(', ');
    const more = extensions.length - namedExtensions;
    rows.push(`$(extensions) ${escapeMarkdown(more > 0 ? l10n.t('{0} and {1} more', named, more) : named)}`);
  }
  if (autoStart) rows.push(`$(rocket) ${l10n.t('Starts with Devyard')}`);
  if (stopWhenIdleMinutes !== null) {
    rows.push(`$(watch) ${l10n.t('Stops {0} without a browser', idleText(stopWhenIdleMinutes, l10n))}`);
  }
  return rows;
}

/** Why it failed, and how it ended where that is not said already. */
function withExit(state: Extract<CodeServer['state'], { status: 'failed' }>, l10n: Localizer): string {
  const { reason, exitCode, signal } = state;
  const exit = exitText(state, l10n);
  const said = reason.includes(signal ?? `exit code ${String(exitCode)}`);
  return exit === undefined || said ? reason : `${reason} (${exit})`;
}
