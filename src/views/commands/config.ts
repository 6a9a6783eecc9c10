import { join } from 'node:path';
import * as vscode from 'vscode';
import { starterConfig } from '../creation/starterConfig.ts';
import type { Session } from '../shared/session.ts';
import type { CommandFamily } from './ids.ts';

/** Shows the devbox.yaml that holds on this computer; without one it offers to begin one. */
export function configCommands(session: Session): CommandFamily<'devyard.config.open'> {
  const { l10n } = vscode;
  return {
    'devyard.config.open': async () => {
      const { client, info } = await session.connect();
      const { path } = await client.call('config.get', { query: {} });
      if (path !== null) {
        await vscode.window.showTextDocument(vscode.Uri.file(path));
        return;
      }
      const file = vscode.Uri.file(join(info.dataDir, 'devbox.yaml'));
      const create = l10n.t('Create devbox.yaml');
      const text = l10n.t('There is no devbox.yaml on this computer: the built-in extension groups hold.');
      if ((await vscode.window.showInformationMessage(text, create)) !== create) return;
      const edit = new vscode.WorkspaceEdit();
      edit.createFile(file, { ignoreIfExists: true, contents: Buffer.from(starterConfig) });
      if (await vscode.workspace.applyEdit(edit)) await vscode.window.showTextDocument(file);
    },
  };
}
