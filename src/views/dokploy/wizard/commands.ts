import * as vscode from 'vscode';
import { canWorkspace } from '../actions.ts';
import type { DokployHost } from '../host.ts';
import { dokployItemOf } from '../items.ts';
import { serverTarget, workspaceTarget } from '../target.ts';
import { adoptWorkspace } from './adopt/adoptWorkspace.ts';
import { createWorkspace } from './create/createWorkspace.ts';
import { askForWorkspace, type WantedPlace } from './create/wizard.ts';
import { editWorkspace } from './edit/editWorkspace.ts';
import { addServer } from './server/addServer.ts';
import { editServer } from './server/editServer.ts';
import { ServerKeys } from './server/keys.ts';
import { serverWork } from './server/serverWork.ts';

export type WizardCommand =
  | 'devyard.dokploy.addServer'
  | 'devyard.dokploy.editServer'
  | 'devyard.dokploy.create'
  | 'devyard.dokploy.edit'
  | 'devyard.dokploy.adopt';

/** Everything about servers and workspaces that is asked step by step. */
export function wizardCommands({
  session,
  secrets,
  memory,
  showError,
}: DokployHost): Readonly<Record<WizardCommand, (...args: unknown[]) => Promise<unknown>>> {
  const { l10n } = vscode;
  const keys = new ServerKeys(secrets, memory);
  const work = serverWork(session, keys);
  return {
    /** Gives the id of the new server; undefined when the person gave up. */
    'devyard.dokploy.addServer': async () => {
      await session.connect();
      return await addServer(work, keys, showError);
    },
    'devyard.dokploy.editServer': async (...args) => {
      const server = await serverTarget(session, args, { placeholder: l10n.t('Which server to edit?'), only: true });
      if (server !== undefined) await editServer(work, keys, server, showError);
    },
    /** Gives the id of the new workspace; undefined when the person gave up. */
    'devyard.dokploy.create': async (...args) => {
      await session.connect();
      if (session.snapshot.dokployServers.size === 0) {
        // Nothing can be made without one: adding it comes first, and offers what was wanted.
        await vscode.commands.executeCommand('devyard.dokploy.addServer');
        return undefined;
      }
      const draft = await askForWorkspace(session, wantedPlace(args));
      return draft && (await createWorkspace(session, draft));
    },
    'devyard.dokploy.edit': async (...args) => {
      const workspace = await workspaceTarget(session, args, {
        placeholder: l10n.t('Which workspace to edit?'),
        none: l10n.t('There is no workspace that could be edited.'),
        filter: (one, busy) => canWorkspace('edit', one, busy),
      });
      if (workspace !== undefined) await editWorkspace(session, workspace);
    },
    'devyard.dokploy.adopt': async (...args) => {
      const service = await workspaceTarget(session, args, {
        placeholder: l10n.t('Which application or compose service to adopt?'),
        none: l10n.t('The servers have nothing that Devyard could adopt.'),
        filter: (one, busy) => canWorkspace('adopt', one, busy),
      });
      if (service !== undefined) await adoptWorkspace(session, service);
    },
  };

  /** The row that it was asked for at. */
  function wantedPlace([argument]: readonly unknown[]): WantedPlace | undefined {
    const item = dokployItemOf(argument);
    const { dokployServers } = session.snapshot;
    if (item?.kind === 'project') return { serverId: item.serverId, project: item.project };
    if (item?.kind === 'environment') {
      return { serverId: item.serverId, project: item.project, environment: item.environment };
    }
    return item?.kind === 'resource' && dokployServers.has(item.id) ? { serverId: item.id } : undefined;
  }
}
