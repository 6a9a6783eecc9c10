import { join } from 'node:path';
import * as vscode from 'vscode';
import type { DevyardClient } from '../../api/client/client.ts';
import type { ConfigProblem, DevboxConfigView } from '../../api/contract/config.ts';
import type { Session } from '../shared/session.ts';
import { reasonOf } from '../shared/sessionState.ts';
import { showPlace } from '../shared/showPlace.ts';

/** What devbox.yaml offers for new code-servers. */
export interface Offer {
  readonly config: DevboxConfigView;
  /** The workspace's own file, when it is where `config` comes from. */
  readonly configFile: string | undefined;
}

/**
 * Asks the daemon. A devbox.yaml in the first folder of a trusted window goes first; one with mistakes is reported, and what
 * holds everywhere else is offered instead.
 */
export async function loadOffer(session: Session): Promise<Offer> {
  const { l10n } = vscode;
  const { client } = await session.connect();
  const file = await workspaceFile();
  if (file !== undefined) {
    try {
      return { config: await client.call('config.get', { query: { file } }), configFile: file };
    } catch (error) {
      const { code, message } = reasonOf(error);
      if (code !== 'invalid') throw error;
      void tellProblem(file, await firstProblem(client, file), message, {
        before: l10n.t('The devbox.yaml of this workspace is not used.'),
        after: l10n.t('What is set for this computer holds.'),
      });
    }
  }
  const config = await client.call('config.get', { query: {} });
  const [problem] = config.problems;
  if (problem !== undefined && config.path !== null) {
    void tellProblem(config.path, problem, problem.message, {
      before: l10n.t('The devbox.yaml of this computer is not used as it is now.'),
      after: l10n.t('Its last good version holds, or the defaults.'),
    });
  }
  return { config, configFile: undefined };
}

/** Absolute path of the trusted workspace's devbox.yaml; undefined where there is none. */
async function workspaceFile(): Promise<string | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (folder?.uri.scheme !== 'file' || !vscode.workspace.isTrusted) return undefined;
  const path = join(folder.uri.fsPath, 'devbox.yaml');
  const found = await vscode.workspace.fs.stat(vscode.Uri.file(path)).then(
    () => true,
    () => false,
  );
  return found ? path : undefined;
}

/** Where the first mistake is; undefined where the file as a whole cannot be read. */
async function firstProblem(client: DevyardClient, file: string): Promise<ConfigProblem | undefined> {
  try {
    const text = Buffer.from(await vscode.workspace.fs.readFile(vscode.Uri.file(file))).toString();
    return (await client.call('config.check', { body: { text } })).problems[0];
  } catch {
    return undefined;
  }
}

async function tellProblem(
  file: string,
  problem: ConfigProblem | undefined,
  message: string,
  frame: { readonly before: string; readonly after: string },
): Promise<void> {
  const { l10n } = vscode;
  const open = l10n.t('Open devbox.yaml');
  const why =
    problem === undefined
      ? message
      : l10n.t('Line {0}, column {1}: {2}', problem.line, problem.column, problem.message);
  const text = [frame.before, /[.!?]$/.test(why) ? why : `${why}.`, frame.after].join(' ');
  if ((await vscode.window.showWarningMessage(text, open)) !== open) return;
  // A question that goes on would offer what holds without the file, also when it is corrected.
  await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  await showPlace(file, problem ?? { line: 1, column: 1 });
}
