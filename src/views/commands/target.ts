import * as vscode from 'vscode';
import type { CodeServer } from '../../api/contract/codeServers.ts';
import { present } from '../codeServers/presentation.ts';
import type { Session } from '../shared/session.ts';
import { runningJobOf, sorted } from '../shared/snapshot.ts';

/** Which code-server a command is about, and the words to ask with when it was called without one. */
export interface TargetQuestion {
  readonly placeholder: string;
  /** What is said when there is none to choose from. */
  readonly none: string;
  readonly filter?: (codeServer: CodeServer) => boolean;
}

/**
 * The code-server a command is for: the one whose id is the first argument (a row of the tree, a link), else the person
 * is asked. Undefined when the person gave up or there is nothing to choose from. Starts the daemon if need be.
 */
export async function targetOf(
  session: Session,
  args: readonly unknown[],
  question: TargetQuestion,
): Promise<CodeServer | undefined> {
  await session.connect();
  const [id] = args;
  if (typeof id === 'string') {
    const named = session.snapshot.codeServers.get(id);
    if (named !== undefined) return named;
    throw Object.assign(new Error(vscode.l10n.t('This code-server no longer exists.')), { code: 'not-found' });
  }
  const candidates = sorted(session.snapshot).filter(question.filter ?? (() => true));
  if (candidates.length === 0) {
    void vscode.window.showInformationMessage(question.none);
    return undefined;
  }
  const items = candidates.map((codeServer) => {
    const { label, description, icon } = present(
      codeServer,
      Date.now(),
      vscode.l10n,
      runningJobOf(session.snapshot, codeServer.id),
    );
    return { label, description, detail: codeServer.folder, iconPath: new vscode.ThemeIcon(icon), codeServer };
  });
  const picked = await vscode.window.showQuickPick(items, { placeHolder: question.placeholder, matchOnDetail: true });
  return picked?.codeServer;
}
