import type { CodeServer } from '../../api/contract/codeServers.ts';
import type { Localizer } from '../shared/l10n.ts';

/** What *Remove Everything* stops, erases and keeps, for the question before it. */
export function removalDetail(
  dataDir: string,
  codeServers: readonly CodeServer[],
  running: readonly CodeServer[],
  l10n: Localizer,
): string {
  const names = (some: readonly CodeServer[]): string => some.map(({ name }) => name).join(', ');
  const owned = codeServers.filter(({ folderOwned }) => folderOwned);
  const kept = codeServers.filter(({ folderOwned }) => !folderOwned);
  const lines = [
    running.length === 0 ? l10n.t('Nothing is running.') : l10n.t('Stopped: {0}.', names(running)),
    l10n.t('Erased: {0}, with all settings, logs and the installed code-server.', dataDir),
  ];
  if (owned.length > 0) {
    lines.push(
      l10n.t('Also erased, because Devyard made them: the folders of {0}, with everything in them.', names(owned)),
    );
  }
  if (kept.length > 0) lines.push(l10n.t('Kept: {0}.', kept.map(({ folder }) => folder).join(', ')));
  lines.push(l10n.t('This cannot be undone.'));
  return lines.join('\n\n');
}
