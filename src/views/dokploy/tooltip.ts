import type { DokployServer, Workspace, WorkspaceForward } from '../../api/contract/dokploy.ts';
import type { Job } from '../../api/contract/jobs.ts';
import { codeBlock, commandUri, escapeMarkdown, formatAge, formatBytes, formatDuration } from '../shared/format.ts';
import type { Localizer } from '../shared/l10n.ts';
import { canWorkspace, isCaredFor } from './actions.ts';
import { forwardItemId } from './items.ts';
import { ageOf, versionText } from './presentation.ts';
import { problemWord, statusWord, workText } from './words.ts';

/** Commands that links in tooltips may run. */
export const dokployLinkedCommands = [
  'devyard.dokploy.openTerminal',
  'devyard.dokploy.openRemoteSsh',
  'devyard.dokploy.openInBrowser',
  'devyard.dokploy.openInDokploy',
  'devyard.dokploy.openServer',
  'devyard.dokploy.start',
  'devyard.dokploy.stop',
  'devyard.dokploy.redeploy',
  'devyard.dokploy.cancelJob',
  'devyard.dokploy.adopt',
  'devyard.dokploy.testServer',
  'devyard.dokploy.editServer',
  'devyard.dokploy.removeForward',
  'devyard.dokploy.showDeployLog',
  'devyard.dokploy.showContainerLog',
] as const;

type LinkedCommand = (typeof dokployLinkedCommands)[number];

const tooltipLines = 10;

export function serverTooltip(server: DokployServer, now: number, l10n: Localizer): string {
  const { name, url, certificate, connection, checkedAt, projects } = server;
  const rows = [`**${escapeMarkdown(name)}** — ${connectionText(server, l10n)}`, `$(globe) ${escapeMarkdown(url)}`];
  if (certificate !== null) rows.push(`$(lock) ${escapeMarkdown(l10n.t('Pinned certificate {0}', certificate))}`);
  if (checkedAt !== null) {
    const count = projects.length === 1 ? l10n.t('1 project') : l10n.t('{0} projects', projects.length);
    rows.push(`$(project) ${count} · ${l10n.t('read {0}', formatAge(now - checkedAt, l10n))}`);
  }
  if (connection.status === 'failing') {
    rows.push(`$(warning) ${escapeMarkdown(connection.reason)}`);
    if (connection.hint !== undefined) rows.push(escapeMarkdown(connection.hint));
    rows.push(`$(clock) ${l10n.t('For {0}', formatDuration(now - connection.since, l10n))}`);
  }
  return [rows.join('  \n'), serverLinks(server, l10n)].join('\n\n');
}

export function serverLinks({ id }: DokployServer, l10n: Localizer): string {
  return [
    link(l10n.t('Open Dokploy'), 'devyard.dokploy.openServer', id),
    link(l10n.t('Test'), 'devyard.dokploy.testServer', id),
    link(l10n.t('Edit…'), 'devyard.dokploy.editServer', id),
  ].join(' · ');
}

/** Everything worth knowing about a workspace, as Markdown with theme icons and command links. */
export function workspaceTooltip(
  workspace: Workspace,
  now: number,
  l10n: Localizer,
  around: { readonly server: DokployServer | undefined; readonly job: Job | undefined },
): string {
  const { server, job } = around;
  const { state } = workspace;
  const word = isCaredFor(workspace) ? statusWord(state.status, l10n) : l10n.t('not adopted');
  const rows = [`**${escapeMarkdown(workspace.name)}** — ${word}`, ...placeRows(workspace, server, now, l10n)];
  if (job !== undefined) rows.push(`$(loading~spin) ${escapeMarkdown(workText(job, l10n))}`);
  else if (state.status === 'deploying') rows.push(`$(loading~spin) ${escapeMarkdown(state.step)}`);
  rows.push(...detailRows(workspace, l10n));
  if (state.status === 'unverified') rows.push(`$(question) ${escapeMarkdown(state.reason)}`);
  if (state.status === 'gone') rows.push(`$(circle-slash) ${l10n.t('Its server does not list it any more.')}`);
  if (state.status === 'failed') {
    rows.push(`$(error) ${escapeMarkdown(state.reason)}`);
    if (state.hint !== undefined) rows.push(escapeMarkdown(state.hint));
  }
  const lines = state.status === 'failed' ? state.lastLines.slice(-tooltipLines) : [];
  return [
    rows.join('  \n'),
    ...(lines.length > 0 ? [codeBlock(lines)] : []),
    workspaceLinks(workspace, l10n, job !== undefined),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

export function forwardTooltip(workspace: Workspace, forward: WorkspaceForward, l10n: Localizer): string {
  const { url, remoteHost, remotePort, state } = forward;
  const target = `${remoteHost}:${String(remotePort)}`;
  const rows = [
    `$(plug) ${escapeMarkdown(l10n.t('{0} leads to {1} of {2}', url, target, workspace.name))}`,
    ...(state === 'waiting' ? [`$(loading~spin) ${l10n.t('The connection is being made again.')}`] : []),
  ];
  const id = forwardItemId(workspace.id, remotePort);
  const links = [
    link(l10n.t('Open in Browser'), 'devyard.dokploy.openInBrowser', id),
    link(l10n.t('Stop Forwarding'), 'devyard.dokploy.removeForward', id),
  ];
  return [rows.join('  \n'), links.join(' · ')].join('\n\n');
}

/** `[Open Terminal](command:…) · [Stop](command:…) · [Show Log](command:…)`, whatever can be done now. */
export function workspaceLinks(workspace: Workspace, l10n: Localizer, busy: boolean): string {
  const { id, state } = workspace;
  const links: string[] = [];
  const add = (label: string, command: LinkedCommand): number => links.push(link(label, command, id));
  const can = (action: Parameters<typeof canWorkspace>[0]): boolean => canWorkspace(action, workspace, busy);
  if (can('connect')) {
    add(l10n.t('Open Terminal'), 'devyard.dokploy.openTerminal');
    add(l10n.t('Remote-SSH'), 'devyard.dokploy.openRemoteSsh');
  }
  if (can('start')) add(l10n.t('Start'), 'devyard.dokploy.start');
  if (can('stop')) add(l10n.t('Stop'), 'devyard.dokploy.stop');
  if (can('redeploy') && state.status === 'failed') add(l10n.t('Redeploy'), 'devyard.dokploy.redeploy');
  if (can('cancel')) add(l10n.t('Cancel'), 'devyard.dokploy.cancelJob');
  if (can('adopt')) add(l10n.t('Adopt…'), 'devyard.dokploy.adopt');
  if (can('showLog')) add(l10n.t('Show Log'), logCommand(workspace));
  if (can('openInDokploy')) add(l10n.t('Open in Dokploy'), 'devyard.dokploy.openInDokploy');
  return links.join(' · ');
}

/** Where the words are that matter now: what runs tells of itself, everything else was deployed wrongly or not yet. */
function logCommand({ state }: Workspace): LinkedCommand {
  return state.status === 'running' ? 'devyard.dokploy.showContainerLog' : 'devyard.dokploy.showDeployLog';
}

function connectionText({ connection }: DokployServer, l10n: Localizer): string {
  switch (connection.status) {
    case 'unknown':
      return l10n.t('not asked yet');
    case 'connected':
      return escapeMarkdown(l10n.t('Dokploy {0}', versionText(connection.version)));
    case 'failing':
      return problemWord(connection.problem, l10n);
  }
}

function placeRows(
  { project, environment, state }: Workspace,
  server: DokployServer | undefined,
  now: number,
  l10n: Localizer,
): readonly string[] {
  const place = [server?.name ?? '', project.name, environment.name].filter((part) => part !== '').join(' / ');
  const node = state.status === 'running' && state.node !== '' ? ` · ${l10n.t('node {0}', state.node)}` : '';
  const age = server === undefined ? '' : ageOf(server, now, l10n);
  return [`$(cloud) ${escapeMarkdown(`${place}${node}`)}`, ...(age === '' ? [] : [`$(history) ${age}`])];
}

function detailRows(workspace: Workspace, l10n: Localizer): readonly string[] {
  const { image, kind, endpoint, hostKey, repository, domains, volumes, idleStopMinutes } = workspace;
  const rows: string[] = [];
  const add = (icon: string, text: string): number => rows.push(`$(${icon}) ${escapeMarkdown(text)}`);
  if (image !== null) add('package', kind === 'compose' ? l10n.t('{0}, with Docker inside', image) : image);
  const limits = limitText(workspace, l10n);
  if (limits !== '') add('dashboard', limits);
  if (endpoint !== null) add('terminal', `${endpoint.user}@${endpoint.host}:${String(endpoint.port)}`);
  if (hostKey !== null) add('key', l10n.t('Host key {0}', hostKey));
  if (repository !== null) {
    const { url, branch, folder } = repository;
    add('source-control', branch === null ? `${url} → ${folder}` : `${url} (${branch}) → ${folder}`);
  }
  for (const domain of domains) add('globe', domain);
  for (const { name, mountPath } of volumes) add('database', l10n.t('{0} at {1}', name, mountPath));
  if (idleStopMinutes !== null) {
    add('watch', l10n.t('Stops after {0} without a session', formatDuration(idleStopMinutes * 60_000, l10n)));
  }
  return rows;
}

function limitText({ cpus, memoryMb }: Workspace, l10n: Localizer): string {
  return [
    ...(cpus === null ? [] : [cpus === 1 ? l10n.t('1 processor') : l10n.t('{0} processors', cpus)]),
    ...(memoryMb === null ? [] : [l10n.t('{0} of memory', formatBytes(memoryMb * 1024 * 1024))]),
  ].join(' · ');
}

function link(label: string, command: LinkedCommand, argument: string): string {
  return `[${label}](${commandUri(command, argument)})`;
}
