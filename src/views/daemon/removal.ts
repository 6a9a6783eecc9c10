import type { CodeServer } from '../../api/contract/codeServers.ts';
import type { DevServer } from '../../api/contract/devServers.ts';
import type { Workspace } from '../../api/contract/dokploy.ts';
import type { Localizer } from '../shared/l10n.ts';

/** What *Remove Everything* stops, erases and keeps, for the question before it. */
export function removalDetail(
  dataDir: string,
  codeServers: readonly CodeServer[],
  running: readonly CodeServer[],
  l10n: Localizer,
  projects: readonly DevServer[] = [],
  workspaces: readonly Workspace[] = [],
): string {
  const names = (some: readonly CodeServer[]): string => some.map(({ name }) => name).join(', ');
  const owned = codeServers.filter(({ folderOwned }) => folderOwned);
  const kept = codeServers.filter(({ folderOwned }) => !folderOwned);
  const managed = projects.filter(({ mode }) => mode === 'managed');
  const stopped = [...running.map(({ name }) => name), ...managed.map(({ pluginID }) => pluginID)];
  const lines = [
    stopped.length === 0 ? l10n.t('Nothing is running.') : l10n.t('Stopped: {0}.', stopped.join(', ')),
    l10n.t('Erased: {0}, with all settings, logs and the installed code-server.', dataDir),
  ];
  if (owned.length > 0) {
    lines.push(
      l10n.t('Also erased, because Devyard made them: the folders of {0}, with everything in them.', names(owned)),
    );
  }
  const folders = [...kept.map(({ folder }) => folder), ...projects.map(({ devPath }) => devPath)];
  if (folders.length > 0) lines.push(l10n.t('Kept: {0}.', folders.join(', ')));
  if (workspaces.length > 0) {
    const remote = workspaces.map(({ name }) => name).join(', ');
    lines.push(l10n.t('Kept on their Dokploy servers: {0}. The keys that log in there are erased.', remote));
  }
  lines.push(l10n.t('This cannot be undone.'));
  return lines.join('\n\n');
}
