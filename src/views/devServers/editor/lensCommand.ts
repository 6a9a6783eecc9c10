import * as vscode from 'vscode';
import { Failure } from '../../shared/errorView.ts';
import type { Session } from '../../shared/session.ts';
import { addedProject } from './addProjects.ts';
import type { LensCall } from './lenses.ts';
import type { LensAction } from './lensTitles.ts';
import { isWorkspaceTrusted } from './trust.ts';

const commands: Record<LensAction, string> = {
  start: 'devyard.devServer.start',
  stop: 'devyard.devServer.stop',
  rebuild: 'devyard.devServer.rebuild',
  debug: 'devyard.devServer.debug',
  logs: 'devyard.devServer.showLogs',
};

/** Runs what a lens in a manifest offers. The project is added first if need be, by what the file says on disk. */
export async function runLens(session: Session, args: readonly unknown[]): Promise<void> {
  const [call] = args;
  if (!isLensCall(call)) return;
  const { action, file, pluginId, root } = call;
  if (action === 'start' || action === 'debug') {
    if (!(await isWorkspaceTrusted())) return;
    const document = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === file);
    if (document?.isDirty === true) await document.save();
  }
  const id = await projectId(session, call).catch((error: unknown) => {
    throw new Failure(vscode.l10n.t('Could not add {0}', pluginId ?? root), error);
  });
  await vscode.commands.executeCommand(commands[action], id);
}

async function projectId(session: Session, call: LensCall): Promise<string> {
  const { client } = await session.connect();
  return (await addedProject(client, session, call.file, call)).id;
}

/** Commands can be called by anything: nothing is known of what they get. */
function isLensCall(value: unknown): value is LensCall {
  const { action, file, pluginId, root } = (value ?? {}) as Partial<Record<keyof LensCall, unknown>>;
  return (
    typeof action === 'string' &&
    Object.hasOwn(commands, action) &&
    typeof file === 'string' &&
    typeof root === 'string' &&
    (pluginId === undefined || typeof pluginId === 'string')
  );
}
