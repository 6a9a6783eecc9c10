import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { whichCan } from '../codeServers/actions.ts';
import { whyNotErase } from '../daemon/dataDirGuard.ts';
import { removalDetail } from '../daemon/removal.ts';
import { isCaredFor } from '../dokploy/actions.ts';
import { sortedWorkspaces } from '../shared/dokployState.ts';
import { Failure } from '../shared/errorView.ts';
import type { Session } from '../shared/session.ts';
import { sorted, sortedDevServers } from '../shared/snapshot.ts';
import type { CommandFamily } from './ids.ts';

/** *Remove Everything*: ends what runs, shows what is erased, erases it. `forget` clears what this editor remembers. */
export function everythingCommands(
  session: Session,
  dataDir: string,
  forget: () => PromiseLike<void>,
): CommandFamily<'devyard.everything.remove'> {
  const { l10n } = vscode;
  const what = l10n.t('Could not remove everything');
  return {
    'devyard.everything.remove': async () => {
      try {
        // Without the daemon nobody knows what still runs; erasing its data would leave that behind for ever.
        await session.connect();
        await refuseForeign(dataDir);
      } catch (error) {
        throw new Failure(what, error);
      }
      const codeServers = sorted(session.snapshot);
      const running = whichCan('stop', codeServers);
      const verb = l10n.t('Remove Everything');
      const message = l10n.t('Remove everything Devyard keeps on this computer?');
      const projects = sortedDevServers(session.snapshot);
      const workspaces = sortedWorkspaces(session.snapshot).filter(isCaredFor);
      const detail = removalDetail(dataDir, codeServers, running, l10n, projects, workspaces);
      if ((await vscode.window.showWarningMessage(message, { modal: true, detail }, verb)) !== verb) return;
      try {
        const title = l10n.t('Removing everything of Devyard');
        await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, async () => {
          await session.stopDaemon(true);
          await refuseForeign(dataDir);
          await rm(dataDir, { recursive: true, maxRetries: 5, retryDelay: 200 });
          await forget();
        });
        void vscode.window.showInformationMessage(l10n.t('Removed: {0}', dataDir));
      } catch (error) {
        throw new Failure(what, error);
      }
    },
  };
}

async function refuseForeign(dataDir: string): Promise<void> {
  const { l10n } = vscode;
  const workspaces = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  const reason = await whyNotErase(dataDir, [homedir(), ...workspaces]);
  if (reason === undefined) return;
  const texts: Record<typeof reason, string> = {
    'not-a-folder': l10n.t('{0} is not a folder', dataDir),
    foreign: l10n.t("{0} does not look like Devyard's data folder", dataDir),
    precious: l10n.t('{0} holds your home folder or an open workspace', dataDir),
  };
  const hint = l10n.t('Nothing was erased. Look at the folder and erase it yourself if it is not needed.');
  throw Object.assign(new Error(texts[reason]), { code: 'forbidden', hint });
}
