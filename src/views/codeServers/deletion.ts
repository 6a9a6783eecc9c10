import type { CodeServer } from '../../api/contract/codeServers.ts';
import type { Localizer } from '../shared/l10n.ts';
import { can } from './actions.ts';

export interface DeletionQuestion {
  readonly message: string;
  /** Exactly what is erased and what is kept. */
  readonly detail: string;
  readonly choices: readonly { readonly title: string; readonly keepWorkspace: boolean }[];
}

/** What a person is asked before a code-server is deleted. A folder that was there before Devyard is never on the list. */
export function deletionQuestion(codeServer: CodeServer, l10n: Localizer): DeletionQuestion {
  const { name, folder, folderOwned, state } = codeServer;
  const lines = can('stop', state.status) ? [l10n.t('It is running and will be stopped.')] : [];
  if (state.status === 'creating') lines.push(l10n.t('It is being created; that is cancelled.'));
  lines.push(l10n.t("Erased: its settings, installed extensions and log in Devyard's data folder."));
  if (!folderOwned) {
    lines.push(l10n.t('Kept: the folder {0} with everything in it.', folder));
    return question([{ title: l10n.t('Delete'), keepWorkspace: true }]);
  }
  lines.push(
    l10n.t('With Delete, also erased: the folder {0} and everything in it. This cannot be undone.', folder),
    l10n.t('With Delete, Keep Folder, that folder is kept.'),
  );
  // The first one has the focus: Enter alone erases no files.
  return question([
    { title: l10n.t('Delete, Keep Folder'), keepWorkspace: true },
    { title: l10n.t('Delete'), keepWorkspace: false },
  ]);

  function question(choices: DeletionQuestion['choices']): DeletionQuestion {
    return { message: l10n.t('Delete the code-server "{0}"?', name), detail: lines.join('\n\n'), choices };
  }
}
