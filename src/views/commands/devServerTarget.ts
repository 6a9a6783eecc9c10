import * as vscode from 'vscode';
import type { DevServer } from '../../api/contract/devServers.ts';
import { type DevItem, devItemOf } from '../devServers/items.ts';
import { presentProject } from '../devServers/presentation.ts';
import type { Session } from '../shared/session.ts';
import { sortedDevServers } from '../shared/snapshot.ts';

/** Which project a command is about, and the words to ask with when it was called without one. */
export interface DevServerQuestion {
  readonly placeholder: string;
  /** What is said when there is none to choose from. */
  readonly none: string;
  readonly filter?: (devServer: DevServer) => boolean;
}

export interface DevServerTarget {
  readonly devServer: DevServer;
  /** The process or build whose row it was. */
  readonly part: DevItem['part'];
}

/**
 * What a command is for: the row or link whose id is the first argument, else the person is asked. Undefined when the person
 * gave up or there is nothing to choose from. Starts the daemon if need be.
 */
export async function devServerTarget(
  session: Session,
  args: readonly unknown[],
  question: DevServerQuestion,
): Promise<DevServerTarget | undefined> {
  await session.connect();
  const item = devItemOf(args[0]);
  if (item !== undefined) {
    const devServer = session.snapshot.devServers.get(item.id);
    if (devServer !== undefined) return { devServer, part: item.part };
    throw Object.assign(new Error(vscode.l10n.t('Devyard no longer knows this project.')), { code: 'not-found' });
  }
  const candidates = sortedDevServers(session.snapshot).filter(question.filter ?? (() => true));
  if (candidates.length === 0) {
    const add = vscode.l10n.t('Add Project Folder…');
    const offers = session.snapshot.devServers.size === 0 ? [add] : [];
    void vscode.window.showInformationMessage(question.none, ...offers).then((chosen) => {
      if (chosen === add) void vscode.commands.executeCommand('devyard.devServers.add');
    });
    return undefined;
  }
  const items = candidates.map((devServer) => {
    const { label, description, icon } = presentProject(devServer, Date.now(), vscode.l10n);
    return { label, description, detail: devServer.devPath, iconPath: new vscode.ThemeIcon(icon), devServer };
  });
  const picked = await vscode.window.showQuickPick(items, { placeHolder: question.placeholder, matchOnDetail: true });
  return picked && { devServer: picked.devServer, part: undefined };
}
