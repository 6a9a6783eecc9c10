import * as vscode from 'vscode';
import type { Workspace } from '../../../api/contract/dokploy.ts';
import type { Session } from '../../shared/session.ts';
import { isCaredFor } from '../actions.ts';
import { workspaceTarget } from '../target.ts';
import { type ConnectWay, type Obstacle, obstacleTo } from './obstacle.ts';

/**
 * The workspace that somebody wants to connect to: the row's, or one that is picked. One that is stopped is offered to be
 * started. Undefined when it cannot be reached, which was said, or the person gave up.
 */
export async function reachableTarget(
  session: Session,
  args: readonly unknown[],
  placeholder: string,
): Promise<Workspace | undefined> {
  const { l10n } = vscode;
  const workspace = await workspaceTarget(session, args, {
    placeholder,
    none: l10n.t('There is no workspace to connect to.'),
    filter: (one) => isCaredFor(one) && one.state.status !== 'gone',
  });
  const obstacle = workspace && obstacleTo(workspace, l10n);
  if (workspace === undefined || obstacle === undefined) return workspace;
  const way = await askForWay(obstacle);
  if (way === undefined || way === 'connect') return way && workspace;
  await vscode.commands.executeCommand(`devyard.dokploy.${way}`, workspace.id);
  if (way !== 'start') return undefined;
  const started = session.snapshot.workspaces.get(workspace.id);
  return started !== undefined && obstacleTo(started, l10n) === undefined ? started : undefined;
}

async function askForWay({ text, ways }: Obstacle): Promise<ConnectWay | undefined> {
  const { l10n } = vscode;
  const titles: Record<ConnectWay, string> = {
    adopt: l10n.t('Adopt…'),
    start: l10n.t('Start'),
    showDeployLog: l10n.t('Show Deploy Log'),
    showContainerLog: l10n.t('Show Container Log'),
    redeploy: l10n.t('Redeploy'),
    forgetHostKey: l10n.t('Forget Host Key…'),
    connect: l10n.t('Connect All the Same'),
  };
  const items = ways.map((way) => ({ title: titles[way], way }));
  return (await vscode.window.showInformationMessage(text, ...items))?.way;
}
