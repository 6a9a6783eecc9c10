import { escapeMarkdown } from '../shared/format.ts';
import type { Localizer } from '../shared/l10n.ts';
import { runningJobOf, type Snapshot } from '../shared/snapshot.ts';
import type { StatusSummary } from '../shared/statusSummary.ts';
import { sortedServers, sortedWorkspaces } from '../shared/dokployState.ts';
import { isCaredFor } from './actions.ts';
import { presentServer, presentWorkspace } from './presentation.ts';
import { serverLinks, workspaceLinks } from './tooltip.ts';

/** Longer lists belong into the view. */
const namedWorkspaces = 15;

/** Undefined while there is nothing to say. `now` in milliseconds since the epoch. */
export function summarizeDokploy(snapshot: Snapshot, now: number, l10n: Localizer): StatusSummary | undefined {
  const workspaces = sortedWorkspaces(snapshot).filter(isCaredFor);
  const jobOf = (id: string): ReturnType<typeof runningJobOf> => runningJobOf(snapshot, id);
  const isBusy = ({ id, state }: (typeof workspaces)[number]): boolean =>
    state.status === 'deploying' || jobOf(id) !== undefined;
  const running = workspaces.filter(({ state }) => state.status === 'running').length;
  const busy = workspaces.filter(isBusy);
  const failed = workspaces.filter((one) => one.state.status === 'failed' && !isBusy(one));
  // A server without workspaces of ours is missed by nobody.
  const servers = sortedServers(snapshot).filter(
    ({ id, connection }) => connection.status === 'failing' && workspaces.some(({ serverId }) => serverId === id),
  );
  const failures = failed.length + servers.length;
  if (running === 0 && busy.length === 0 && failures === 0) return undefined;
  const parts = [
    busy.length > 0 ? '$(loading~spin)' : '$(cloud)',
    ...(running > 0 ? [String(running)] : []),
    ...(failures > 0 ? [`✕${String(failures)}`] : []),
  ];
  const words = [
    l10n.t('{0} running', running),
    ...(failed.length > 0 ? [l10n.t('{0} failed', failed.length)] : []),
    ...(servers.length > 0 ? [l10n.t('{0} servers not usable', servers.length)] : []),
    ...(busy.length > 0 ? [l10n.t('busy')] : []),
  ];
  const line = (look: { label: string; description: string; icon: string }, links: string): string =>
    `$(${look.icon}) **${escapeMarkdown(look.label)}** ${escapeMarkdown(look.description)} — ${links}`;
  const said = workspaces.filter((one) => one.state.status === 'running' || isBusy(one) || failed.includes(one));
  const lines = [
    ...servers.map((one) => line(presentServer(one, workspaces, now, l10n), serverLinks(one, l10n))),
    ...said
      .slice(0, namedWorkspaces)
      .map((one) =>
        line(
          presentWorkspace(one, l10n, jobOf(one.id), snapshot.dokployServers.get(one.serverId)),
          workspaceLinks(one, l10n, jobOf(one.id) !== undefined),
        ),
      ),
  ];
  const more = said.length - namedWorkspaces;
  if (more > 0) lines.push(l10n.t('and {0} more in the view', more));
  return {
    text: parts.join(' '),
    tooltip: [`**${l10n.t('Dokploy Workspaces')}**`, ...lines].join('\n\n'),
    accessibleLabel: l10n.t('Devyard Dokploy workspaces: {0}', words.join(', ')),
    blocked: false,
  };
}
