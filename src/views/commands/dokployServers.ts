import * as vscode from 'vscode';
import { whileWorking } from '../dokploy/progress.ts';
import { serverRemoval } from '../dokploy/removal.ts';
import { serverTarget } from '../dokploy/target.ts';
import type { ServerWork } from '../dokploy/wizard/server/serverWork.ts';
import { tellTested } from '../dokploy/wizard/server/tested.ts';
import { Failure } from '../shared/errorView.ts';
import type { Session } from '../shared/session.ts';
import { sortedWorkspaces } from '../shared/dokployState.ts';
import type { CommandFamily } from './ids.ts';

type ServerCommand =
  | 'devyard.dokploy.testServer'
  | 'devyard.dokploy.removeServer'
  | 'devyard.dokploy.openServer'
  | 'devyard.dokploy.refresh';

/** What is done with a server that is known. */
export function dokployServerCommands(session: Session, work: ServerWork): CommandFamily<ServerCommand> {
  const { l10n } = vscode;
  return {
    'devyard.dokploy.testServer': async (...args) => {
      const server = await serverTarget(session, args, { placeholder: l10n.t('Which server to test?'), only: true });
      if (server === undefined) return;
      const title = l10n.t('Testing {0}', server.name);
      await tellTested(work, await whileWorking(title, ({ signal }) => work.test(server, signal)));
    },
    'devyard.dokploy.removeServer': async (...args) => {
      const server = await serverTarget(session, args, { placeholder: l10n.t('Which server to remove?') });
      if (server === undefined) return;
      const { message, detail } = serverRemoval(server, sortedWorkspaces(session.snapshot, server.id), l10n);
      const verb = l10n.t('Remove');
      if ((await vscode.window.showWarningMessage(message, { modal: true, detail }, verb)) !== verb) return;
      await work.remove(server);
    },
    'devyard.dokploy.openServer': async (...args) => {
      const server = await serverTarget(session, args, { placeholder: l10n.t('Open which Dokploy?'), only: true });
      if (server !== undefined) await vscode.env.openExternal(vscode.Uri.parse(server.url, true));
    },
    'devyard.dokploy.refresh': async () => {
      try {
        await whileWorking(l10n.t('Asking Dokploy'), async ({ signal }) => {
          const { client } = await session.connect();
          // What is new comes with the events.
          await client.call('dokploy.list', { query: { refresh: 'true' } }, { signal });
        });
      } catch (error) {
        throw new Failure(l10n.t('Could not refresh'), error);
      }
    },
  };
}
