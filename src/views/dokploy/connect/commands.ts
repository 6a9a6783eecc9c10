import { hostname } from 'node:os';
import * as vscode from 'vscode';
import type { Workspace } from '../../../api/contract/dokploy.ts';
import { Failure } from '../../shared/errorView.ts';
import type { Session } from '../../shared/session.ts';
import { canWorkspace, type WorkspaceAction } from '../actions.ts';
import type { DokployHost } from '../host.ts';
import { forwardTarget, workspaceTarget } from '../target.ts';
import { CommandHistory } from './commandHistory.ts';
import { forwardPort, pickForward, removeForward } from './forwards.ts';
import { hostKeyQuestion } from './hostKeyQuestion.ts';
import { openPage } from './pages.ts';
import { parseRemotePort } from './portInput.ts';
import { reachableTarget } from './reach.ts';
import { openInRemoteSsh } from './remoteSsh.ts';
import { askForCommand, CommandTabs } from './runCommand.ts';
import { portableEntry } from './sshConfigText.ts';
import { WorkspaceTerminals } from './terminals.ts';
import { WorkspaceLogs } from './workspaceLogs.ts';

export type ConnectCommand =
  | 'devyard.dokploy.openTerminal'
  | 'devyard.dokploy.openRemoteSsh'
  | 'devyard.dokploy.runCommand'
  | 'devyard.dokploy.forwardPort'
  | 'devyard.dokploy.removeForward'
  | 'devyard.dokploy.openInBrowser'
  | 'devyard.dokploy.openInDokploy'
  | 'devyard.dokploy.showDeployLog'
  | 'devyard.dokploy.showContainerLog'
  | 'devyard.dokploy.copySshConfig'
  | 'devyard.dokploy.forgetHostKey';

/** What one does in a workspace from this window. */
export interface Connecting {
  readonly commands: Readonly<Record<ConnectCommand, (...args: unknown[]) => Promise<unknown>>>;
  /** For tests. */
  readonly logs: Pick<WorkspaceLogs, 'isFollowing'>;
  readonly dispose: () => void;
}

export function connectCommands(host: DokployHost): Connecting {
  const { l10n } = vscode;
  const { session, extensionId, memory } = host;
  const terminals = new WorkspaceTerminals(session);
  const tabs = new CommandTabs(session);
  const logs = new WorkspaceLogs(session, extensionId);
  const history = new CommandHistory(memory);
  const picked = (
    args: readonly unknown[],
    action: WorkspaceAction,
    words: { readonly placeholder: string; readonly none: string },
  ): Promise<Workspace | undefined> =>
    workspaceTarget(session, args, { ...words, filter: (one, busy) => canWorkspace(action, one, busy) });
  const logTarget = (args: readonly unknown[]): Promise<Workspace | undefined> =>
    picked(args, 'showLog', { placeholder: l10n.t('Whose log?'), none: l10n.t('There is no workspace with a log.') });
  return {
    commands: {
      'devyard.dokploy.openTerminal': async (...args) => {
        const workspace = await reachableTarget(session, args, l10n.t('Open a terminal in which workspace?'));
        if (workspace !== undefined) terminals.open(workspace);
      },
      'devyard.dokploy.openRemoteSsh': async (...args) => {
        const workspace = await reachableTarget(session, args, l10n.t('Open which workspace in Remote-SSH?'));
        if (workspace !== undefined) await openInRemoteSsh(session, workspace);
      },
      /** A second argument is the command. Gives whether its exit code was 0; undefined when the person gave up. */
      'devyard.dokploy.runCommand': async (...args) => {
        const workspace = await reachableTarget(session, args, l10n.t('Run a command in which workspace?'));
        if (workspace === undefined) return undefined;
        const [, given] = args;
        const command = typeof given === 'string' ? given : await askForCommand(workspace, history);
        if (command === undefined) return undefined;
        await history.add(workspace.id, command);
        return await tabs.run(workspace, command);
      },
      /** A second argument is the port. */
      'devyard.dokploy.forwardPort': async (...args) => {
        const workspace = await reachableTarget(session, args, l10n.t('Forward a port of which workspace?'));
        const [, given] = args;
        const port =
          typeof given === 'string' || typeof given === 'number' ? parseRemotePort(String(given)) : undefined;
        if (workspace !== undefined) await forwardPort(host, workspace, port);
      },
      'devyard.dokploy.removeForward': async (...args) => {
        const row = forwardTarget(session, args);
        const workspace =
          row?.workspace ??
          (await workspaceTarget(session, args, {
            placeholder: l10n.t('End a forward of which workspace?'),
            none: l10n.t('No port is forwarded.'),
            filter: ({ forwards }) => forwards.length > 0,
          }));
        const forward = row?.forward ?? (workspace && (await pickForward(workspace)));
        if (workspace !== undefined && forward !== undefined) await removeForward(session, workspace, forward);
      },
      'devyard.dokploy.openInBrowser': async (...args) => {
        const row = forwardTarget(session, args);
        const workspace =
          row?.workspace ??
          (await picked(args, 'open', {
            placeholder: l10n.t('A page of which workspace?'),
            none: l10n.t('No workspace has a domain or a forwarded port.'),
          }));
        if (workspace === undefined) return;
        try {
          await openPage(workspace, row?.forward);
        } catch (error) {
          throw new Failure(l10n.t('Could not open {0}', workspace.name), error, { workspaceId: workspace.id });
        }
      },
      'devyard.dokploy.openInDokploy': async (...args) => {
        const workspace = await picked(args, 'openInDokploy', {
          placeholder: l10n.t('Open which workspace in Dokploy?'),
          none: l10n.t('There is no workspace on a server yet.'),
        });
        const url = workspace?.dashboardUrl;
        if (typeof url === 'string') await vscode.env.openExternal(vscode.Uri.parse(url, true));
      },
      'devyard.dokploy.showDeployLog': async (...args) => {
        const workspace = await logTarget(args);
        if (workspace !== undefined) logs.show(workspace, 'deploy');
      },
      'devyard.dokploy.showContainerLog': async (...args) => {
        const workspace = await logTarget(args);
        if (workspace !== undefined) logs.show(workspace, 'container');
      },
      'devyard.dokploy.copySshConfig': async (...args) => {
        const workspace = await picked(args, 'copySshConfig', {
          placeholder: l10n.t('Copy the ssh config of which workspace?'),
          none: l10n.t('There is no workspace that SSH could reach.'),
        });
        if (workspace !== undefined) await copySshConfig(session, workspace);
      },
      'devyard.dokploy.forgetHostKey': async (...args) => {
        const workspace = await picked(args, 'forgetHostKey', {
          placeholder: l10n.t('Forget the host key of which workspace?'),
          none: l10n.t('No host key is pinned.'),
        });
        if (workspace !== undefined) await forgetHostKey(session, workspace);
      },
    },
    logs,
    dispose: () => vscode.Disposable.from(terminals, tabs, logs).dispose(),
  };
}

async function copySshConfig(session: Session, { id, name, sshAlias, hostKey }: Workspace): Promise<void> {
  const { l10n } = vscode;
  try {
    const { client } = await session.connect();
    const { text } = await client.call('dokploy.sshConfig', {});
    const about = { alias: sshAlias ?? '', name, hostKey, machine: hostname() };
    const entry = portableEntry(text, about, l10n);
    if (entry === undefined) throw new Error(l10n.t('The ssh config has no entry for it yet.'));
    await vscode.env.clipboard.writeText(entry);
  } catch (error) {
    throw new Failure(l10n.t('Could not copy the ssh config of {0}', name), error, { workspaceId: id });
  }
  void vscode.window.showInformationMessage(
    l10n.t('Copied. The private key stays on {0}: the text says which file it is and where it is to go.', hostname()),
  );
}

async function forgetHostKey(session: Session, workspace: Workspace): Promise<void> {
  const { l10n } = vscode;
  const { id, name } = workspace;
  const { message, detail } = hostKeyQuestion(workspace, l10n);
  const verb = l10n.t('Forget Host Key');
  if ((await vscode.window.showWarningMessage(message, { modal: true, detail }, verb)) !== verb) return;
  try {
    const { client } = await session.connect();
    await client.call('dokploy.forgetHostKey', { params: { id } });
  } catch (error) {
    throw new Failure(l10n.t('Could not forget the host key of {0}', name), error, { workspaceId: id });
  }
  vscode.window.setStatusBarMessage(l10n.t('The host key of {0} is forgotten.', name), 5000);
}
