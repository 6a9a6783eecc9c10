import type { DevBuild, DevProcess, DevServer } from '../../api/contract/devServers.ts';
import { codeBlock, commandUri, escapeMarkdown, formatDuration } from '../shared/format.ts';
import type { Localizer } from '../shared/l10n.ts';
import { canDev, hasGivenUp, pageOf } from './actions.ts';
import { buildItemId, processItemId } from './items.ts';
import { exitText, statusWord } from './presentation.ts';
import { formatSeconds, plainUrl } from './words.ts';

/** Commands that links in tooltips may run. */
export const devLinkedCommands = [
  'devyard.devServer.start',
  'devyard.devServer.stop',
  'devyard.devServer.rebuild',
  'devyard.devServer.openPage',
  'devyard.devServer.openManifest',
  'devyard.devServer.trust',
  'devyard.devServer.showLogs',
] as const;

/** Longer lists belong into the Problems panel. */
const namedProblems = 5;
const tooltipLines = 10;

/** Everything worth knowing about a project, as Markdown with theme icons and command links. */
export function projectTooltip(devServer: DevServer, l10n: Localizer): string {
  const { pluginID, status, devPath, manifest, preset, external, keepRunning, problem } = devServer;
  const rows = [
    `**${escapeMarkdown(pluginID)}** — ${statusWord(status, l10n)}`,
    `$(folder) ${escapeMarkdown(devPath)}`,
    ...(manifest === null ? [] : [`$(settings-gear) ${escapeMarkdown(manifest)}`]),
    ...(preset === null ? [] : [`$(layers) ${escapeMarkdown(l10n.t('preset {0}', preset))}`]),
  ];
  if (external !== null) {
    const where = l10n.t('runs outside of Devyard: pid {0} at {1}', external.pid, external.addr);
    rows.push(`$(plug) ${escapeMarkdown(where)}`);
  }
  if (keepRunning) rows.push(`$(pinned) ${l10n.t('Goes on when the last window closes')}`);
  if (problem !== undefined) rows.push(`$(warning) ${escapeMarkdown(problem)}`);
  if (!devServer.trusted) {
    rows.push(`$(shield) ${l10n.t('Nothing of it runs until you trust what its manifest says now.')}`);
  }
  if (devServer.manifestChanged) {
    rows.push(`$(info) ${l10n.t('Its manifest has changed; the new one holds from the next start.')}`);
  }
  const failed = devServer.processes.flatMap(({ state }) => (state.status === 'error' ? [state] : []));
  const lines = failed.find(({ lastLines }) => lastLines.length > 0)?.lastLines ?? [];
  const problems = devServer.builds.flatMap(({ state, problems }) => (state.status === 'error' ? problems : []));
  const lastError = devServer.lastError;
  // A build that failed is told by its problems.
  const isTold = problems.length > 0 && failed.length === 0;
  if (lastError !== undefined && !isTold) rows.push(`$(error) ${escapeMarkdown(lastError)}`);
  return blocks(rows, problemRows(problems, l10n), lines, projectLinks(devServer, l10n));
}

export function processTooltip(devServer: DevServer, process: DevProcess, now: number, l10n: Localizer): string {
  const { name, state, dependsOn } = process;
  const rows = [`**${escapeMarkdown(name)}** — ${statusWord(state.status, l10n)}`];
  if (dependsOn.length > 0) rows.push(`$(git-merge) ${escapeMarkdown(l10n.t('after {0}', dependsOn.join(', ')))}`);
  if (state.status === 'starting') rows.push(`$(loading~spin) ${escapeMarkdown(state.step)}`);
  if (state.status === 'running' || state.status === 'ready') {
    const { pid, startedAt, url, debugPort, adopted } = state.run;
    const uptime = l10n.t('Up for {0}', formatDuration(now - startedAt, l10n));
    rows.push(`$(clock) ${uptime} · ${l10n.t('process {0}', pid)}${adopted ? ` · ${l10n.t('taken over')}` : ''}`);
    if (url !== null) rows.push(`$(globe) ${escapeMarkdown(plainUrl(url))}`);
    if (debugPort !== null) rows.push(`$(debug-alt) ${l10n.t('A debugger attaches at port {0}', debugPort)}`);
  }
  if (state.status === 'running' && state.waitingFor.length > 0) {
    rows.push(`$(watch) ${escapeMarkdown(l10n.t('waiting for {0}', state.waitingFor.join(', ')))}`);
  }
  if (state.status === 'error') {
    const exit = exitText(state, l10n);
    rows.push(`$(error) ${escapeMarkdown(exit === undefined ? state.reason : `${state.reason} (${exit})`)}`);
    if (state.hint !== undefined) rows.push(escapeMarkdown(state.hint));
    if (state.attempt > 0) rows.push(`$(history) ${l10n.t('Started again {0} times in a row', state.attempt)}`);
  }
  const lines = state.status === 'error' ? state.lastLines : [];
  const id = processItemId(devServer.id, name);
  const links = [
    ...(pageOf(process) === undefined ? [] : [link(l10n.t('Open'), 'devyard.devServer.openPage', id)]),
    link(l10n.t('Show Logs'), 'devyard.devServer.showLogs', id),
  ];
  return blocks(rows, [], lines, links.join(' · '));
}

export function buildTooltip(devServer: DevServer, build: DevBuild, l10n: Localizer): string {
  const { name, state, watching, problems } = build;
  const rows = [`**${escapeMarkdown(name)}** — ${statusWord(state.status, l10n)}`];
  if (watching) rows.push(`$(eye) ${l10n.t('Builds again when a file changes')}`);
  if (state.status === 'starting' || state.status === 'building') {
    rows.push(`$(loading~spin) ${escapeMarkdown(state.step)}`);
  }
  if (state.status === 'ready') rows.push(`$(clock) ${l10n.t('built in {0}', formatSeconds(state.durationMs, l10n))}`);
  if (state.status === 'error') {
    rows.push(`$(error) ${escapeMarkdown(state.reason)}`);
    if (state.hint !== undefined) rows.push(escapeMarkdown(state.hint));
  }
  const id = buildItemId(devServer.id, name);
  const links = [
    ...(canDev('rebuild', devServer) ? [link(l10n.t('Rebuild'), 'devyard.devServer.rebuild', id)] : []),
    link(l10n.t('Show Logs'), 'devyard.devServer.showLogs', id),
  ];
  return blocks(rows, problemRows(problems, l10n), [], links.join(' · '));
}

/** `[Open](command:…) · [Stop](command:…) · [Show Logs](command:…)`, whatever can be done now. */
export function projectLinks(devServer: DevServer, l10n: Localizer): string {
  const { id, manifest } = devServer;
  const links: string[] = [];
  const add = (label: string, command: (typeof devLinkedCommands)[number]): number =>
    links.push(link(label, command, id));
  if (canDev('open', devServer)) add(l10n.t('Open'), 'devyard.devServer.openPage');
  if (canDev('start', devServer)) {
    add(hasGivenUp(devServer) ? l10n.t('Retry') : l10n.t('Start'), 'devyard.devServer.start');
  }
  if (canDev('stop', devServer)) add(l10n.t('Stop'), 'devyard.devServer.stop');
  if (canDev('rebuild', devServer)) add(l10n.t('Rebuild'), 'devyard.devServer.rebuild');
  if (canDev('trust', devServer)) add(l10n.t('Trust…'), 'devyard.devServer.trust');
  if (manifest !== null) add(l10n.t('devyard.yaml'), 'devyard.devServer.openManifest');
  add(l10n.t('Show Logs'), 'devyard.devServer.showLogs');
  return links.join(' · ');
}

function problemRows(problems: DevBuild['problems'], l10n: Localizer): readonly string[] {
  const rows = problems.slice(0, namedProblems).map(({ file, line, message, severity }) => {
    const place = file === '' ? '' : `${file.split(/[\\/]/).at(-1) ?? file}${line > 0 ? `:${String(line)}` : ''} `;
    return `$(${severity}) ${escapeMarkdown(`${place}${message}`.slice(0, 300))}`;
  });
  const more = problems.length - namedProblems;
  return more > 0 ? [...rows, l10n.t('and {0} more in the Problems panel', more)] : rows;
}

function link(label: string, command: (typeof devLinkedCommands)[number], argument: string): string {
  return `[${label}](${commandUri(command, argument)})`;
}

function blocks(rows: readonly string[], problems: readonly string[], lines: readonly string[], links: string): string {
  return [
    rows.join('  \n'),
    ...(problems.length > 0 ? [problems.join('  \n')] : []),
    ...(lines.length > 0 ? [codeBlock(lines.slice(-tooltipLines))] : []),
    links,
  ].join('\n\n');
}
