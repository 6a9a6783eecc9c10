import type { DokployServer, Workspace } from '../../api/contract/dokploy.ts';
import type { Localizer } from '../shared/l10n.ts';
import { isCaredFor } from './actions.ts';

export interface WorkspaceRemoval {
  readonly message: string;
  /** Exactly what is erased and what is kept. */
  readonly detail: string;
  /** Verb buttons. The first one has the focus: Enter alone erases as little as can be. */
  readonly choices: readonly { readonly title: string; readonly volumes: boolean; readonly forget: boolean }[];
}

/** What a person is asked before a workspace is deleted. `busy`: a job works on it. */
export function workspaceRemoval(
  workspace: Workspace,
  server: DokployServer | undefined,
  busy: boolean,
  l10n: Localizer,
): WorkspaceRemoval {
  const { name, managed, state, volumes } = workspace;
  const here = l10n.t("Erased on this computer: its key, its pinned host key and its entry in Devyard's ssh config.");
  const forget = { title: l10n.t('Forget'), volumes: false, forget: true };
  if (state.status === 'gone') {
    const detail = [l10n.t('Its server does not list it any more.'), here].join('\n\n');
    return { message: l10n.t('Forget the workspace "{0}"?', name), detail, choices: [forget] };
  }
  const lines: string[] = [];
  if (busy) lines.push(l10n.t('Something is being done with it; that is cancelled.'));
  else if (state.status === 'running') lines.push(l10n.t('It is running and will be stopped.'));
  lines.push(l10n.t('With Delete, erased on {0}: {1}', server?.name ?? '', serviceText(workspace, l10n)));
  if (volumes.length > 0) {
    const named = volumes.map(({ name, mountPath }) => `${name} (${mountPath})`).join(', ');
    lines.push(
      l10n.t('With Delete with Volumes, also erased: {0}, with everything in them. This cannot be undone.', named),
    );
  }
  lines.push(l10n.t('With Forget, nothing happens on the server.'), here);
  const erase = { title: l10n.t('Delete'), volumes: false, forget: false };
  const eraseAll = { title: l10n.t('Delete with Volumes'), volumes: true, forget: false };
  const erasing = volumes.length > 0 ? [erase, eraseAll] : [erase];
  return {
    message: l10n.t('Delete the workspace "{0}"?', name),
    detail: lines.join('\n\n'),
    // What Devyard did not make is not what a person wants to lose first.
    choices: managed === 'adopted' ? [forget, ...erasing] : [...erasing, forget],
  };
}

/** What a person is asked before Devyard forgets a server. `workspaces`: all that are known of it. */
export function serverRemoval(
  { name, url }: DokployServer,
  workspaces: readonly Workspace[],
  l10n: Localizer,
): { readonly message: string; readonly detail: string } {
  const own = workspaces.filter(isCaredFor);
  const lines = [l10n.t('Erased on this computer: its address {0} and its API key.', url)];
  if (own.length > 0) {
    lines.push(
      l10n.t(
        "Also erased here: keys, pinned host keys and entries in Devyard's ssh config of {0}.",
        own.map(({ name }) => name).join(', '),
      ),
    );
  }
  lines.push(l10n.t('Kept: everything on the server. What runs there goes on.'));
  return { message: l10n.t('Remove the Dokploy server "{0}" from Devyard?', name), detail: lines.join('\n\n') };
}

function serviceText({ kind, project, environment, endpoint }: Workspace, l10n: Localizer): string {
  const place = [project.name, environment.name].filter((part) => part !== '').join(' / ');
  const what =
    kind === 'compose'
      ? l10n.t('its compose service in {0} with its container', place)
      : l10n.t('its application in {0} with its container', place);
  return endpoint === null
    ? l10n.t('{0}.', what)
    : l10n.t('{0}, and what it has published, port {1} among it.', what, endpoint.port);
}
