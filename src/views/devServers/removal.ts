import type { DevServer } from '../../api/contract/devServers.ts';
import type { Localizer } from '../shared/l10n.ts';
import { canDev } from './actions.ts';

export interface RemovalQuestion {
  readonly message: string;
  /** Exactly what is erased and what is kept. */
  readonly detail: string;
}

/** What a person is asked before Devyard forgets a project. */
export function removalQuestion(devServer: DevServer, l10n: Localizer): RemovalQuestion {
  const { pluginID, devPath, manifest, external } = devServer;
  const lines = canDev('stop', devServer) ? [l10n.t('It is running and will be stopped.')] : [];
  if (external !== null) lines.push(l10n.t('What runs outside of Devyard (pid {0}) goes on.', external.pid));
  lines.push(
    l10n.t('Erased: its row here, its log and the ports it was given.'),
    manifest === null
      ? l10n.t('Kept: the folder {0} with everything in it.', devPath)
      : l10n.t('Kept: the folder {0} with everything in it, and {1}.', devPath, manifest),
  );
  return { message: l10n.t('Remove the project "{0}" from Devyard?', pluginID), detail: lines.join('\n\n') };
}
