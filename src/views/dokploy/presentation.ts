import type { DokployServer, Workspace, WorkspaceForward } from '../../api/contract/dokploy.ts';
import type { Job } from '../../api/contract/jobs.ts';
import { formatAge } from '../shared/format.ts';
import type { Localizer } from '../shared/l10n.ts';
import type { Presentation } from '../shared/presentation.ts';
import { canWorkspace, isCaredFor, type WorkspaceAction } from './actions.ts';
import { problemWord, statusWord, workText } from './words.ts';

/** What is known of a server is called old after so long: it is read every ten seconds while somebody looks. */
const freshMs = 60_000;

type Icon = Pick<Presentation, 'icon' | 'color'>;

/** `workspaces`: all that are known, of whatever server. `now` in milliseconds since the epoch. */
export function presentServer(
  server: DokployServer,
  workspaces: readonly Workspace[],
  now: number,
  l10n: Localizer,
): Presentation {
  const { name, url, connection } = server;
  const host = hostOf(url);
  const count = workspaces.filter((one) => one.serverId === server.id && isCaredFor(one)).length;
  // What is wrong is worth more of a narrow row than that nothing is missing, and than where it is.
  const countText = count === 0 && connection.status !== 'connected' ? '' : workspaceCount(count, l10n);
  const description = joined(serverWord(server, l10n), countText, ageOf(server, now, l10n));
  return {
    label: name === host || connection.status === 'failing' ? name : l10n.t('{0} ({1})', name, host),
    description,
    contextValue: `dokployServer;${connection.status};`,
    ...serverIcons[connection.status],
    accessibleLabel: spoken(l10n.t('{0}, Dokploy server', name), description),
  };
}

/** `job`: what is being done for it. `server`: the one it is on; while that cannot be asked, nobody knows whether it still runs. */
export function presentWorkspace(
  workspace: Workspace,
  l10n: Localizer,
  job?: Job,
  server?: Pick<DokployServer, 'connection'>,
): Presentation {
  const { name, managed, state } = workspace;
  const isOld = server?.connection.status === 'failing' && job === undefined && state.status === 'running';
  const description = managed === 'no' ? serviceText(workspace, l10n) : workspaceText(workspace, l10n, job, isOld);
  return {
    label: name,
    description,
    contextValue: `dokployWorkspace;${state.status};${managed};${workspaceTokens(workspace, job).join('')}`,
    ...workspaceIcon(workspace, job),
    ...(isOld ? { color: 'disabledForeground' } : {}),
    accessibleLabel: spoken(
      managed === 'no' ? l10n.t('{0}, service', name) : l10n.t('{0}, workspace', name),
      description,
    ),
  };
}

export function presentForward(forward: WorkspaceForward, l10n: Localizer): Presentation {
  const { localPort, remoteHost, remotePort, state } = forward;
  const elsewhere = ['127.0.0.1', 'localhost', '::1'].includes(remoteHost) ? '' : `${remoteHost}:`;
  const label = `localhost:${String(localPort)} → ${elsewhere}${String(remotePort)}`;
  const description = state === 'waiting' ? l10n.t('waiting for the connection') : '';
  const said = l10n.t('Port {0} of the workspace at port {1} of this computer', remotePort, localPort);
  return {
    label,
    description,
    contextValue: `dokployForward;${state};`,
    icon: state === 'waiting' ? 'loading~spin' : 'plug',
    color: state === 'waiting' ? 'charts.blue' : 'testing.iconPassed',
    accessibleLabel: description === '' ? said : spoken(said, description),
  };
}

/** A project, an environment, or both in one row. `workspaces`: what is in it. */
export function presentGroup(
  label: string,
  kind: 'project' | 'environment',
  workspaces: readonly Workspace[],
  l10n: Localizer,
): Presentation {
  const said = kind === 'project' ? l10n.t('{0}, project', label) : l10n.t('{0}, environment', label);
  return {
    label,
    description: '',
    contextValue: kind === 'project' ? 'dokployProject;' : 'dokployEnvironment;',
    icon: kind === 'project' ? 'project' : 'layers',
    color: undefined,
    accessibleLabel: spoken(said, workspaceCount(workspaces.filter(isCaredFor).length, l10n)),
  };
}

/** `as of 5 min ago` where what is known of a server is not of now; empty otherwise. */
export function ageOf({ checkedAt, connection }: DokployServer, now: number, l10n: Localizer): string {
  if (checkedAt === null) return '';
  if (connection.status === 'connected' && now - checkedAt < freshMs) return '';
  return l10n.t('as of {0}', formatAge(now - checkedAt, l10n));
}

function workspaceCount(count: number, l10n: Localizer): string {
  if (count === 0) return l10n.t('no workspaces');
  return count === 1 ? l10n.t('1 workspace') : l10n.t('{0} workspaces', count);
}

/** `v0.30.2`. */
export function versionText(version: string): string {
  return /^v/i.test(version) ? version : `v${version}`;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

function serverWord({ connection }: DokployServer, l10n: Localizer): string {
  switch (connection.status) {
    case 'connected':
      return versionText(connection.version);
    case 'failing':
      return problemWord(connection.problem, l10n);
    case 'unknown':
  }
  return '';
}

const serverIcons: Record<DokployServer['connection']['status'], Icon> = {
  unknown: { icon: 'cloud', color: 'disabledForeground' },
  connected: { icon: 'cloud', color: 'testing.iconPassed' },
  failing: { icon: 'warning', color: 'list.warningForeground' },
};

const workspaceIcons: Record<Workspace['state']['status'], Icon> = {
  unverified: { icon: 'question', color: 'disabledForeground' },
  deploying: { icon: 'loading~spin', color: 'charts.blue' },
  running: { icon: 'circle-filled', color: 'testing.iconPassed' },
  stopped: { icon: 'circle-outline', color: 'disabledForeground' },
  failed: { icon: 'error', color: 'list.errorForeground' },
  gone: { icon: 'circle-slash', color: 'disabledForeground' },
};

function workspaceIcon({ managed, kind, state }: Workspace, job: Job | undefined): Icon {
  if (managed === 'no') return { icon: kind === 'compose' ? 'layers' : 'package', color: 'disabledForeground' };
  return workspaceIcons[job === undefined ? state.status : 'deploying'];
}

function serviceText({ kind }: Workspace, l10n: Localizer): string {
  return joined(l10n.t('not adopted'), kind === 'compose' ? l10n.t('compose') : l10n.t('application'));
}

/** What a narrow row has no room for: that it failed stands there already, and what Docker says of itself tells nobody why. */
const introduction = /^The deployment failed: (?:Error response from daemon: )?/;

function workspaceText({ state, endpoint }: Workspace, l10n: Localizer, job: Job | undefined, isOld: boolean): string {
  // What is under way is worth more of a narrow row than where it runs.
  if (job !== undefined) return workText(job, l10n);
  const word = isOld ? l10n.t('running when last seen') : statusWord(state.status, l10n);
  switch (state.status) {
    case 'running':
      return joined(word, state.node, endpoint === null ? '' : `:${String(endpoint.port)}`);
    case 'deploying':
      return joined(word, state.step === 'deploying' ? '' : state.step);
    case 'failed':
      return joined(word, state.reason.replace(introduction, ''));
    case 'unverified':
      return joined(word, state.reason);
    case 'stopped':
    case 'gone':
  }
  return word;
}

const tokens: readonly WorkspaceAction[] = [
  'connect',
  'start',
  'stop',
  'restart',
  'redeploy',
  'edit',
  'delete',
  'adopt',
  'cancel',
  'open',
  'openInDokploy',
  'showLog',
  'copySshConfig',
  'forgetHostKey',
];

/** One for each thing that can be done, so that a `when` clause asks for just that. */
function workspaceTokens(workspace: Workspace, job: Job | undefined): readonly string[] {
  return tokens.filter((action) => canWorkspace(action, workspace, job !== undefined)).map((action) => `${action};`);
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}

function spoken(what: string, description: string): string {
  return description === '' ? what : `${what}, ${description.replaceAll(' · ', ', ')}`;
}
