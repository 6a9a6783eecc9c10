import * as vscode from 'vscode';
import { Failure } from './errorView.ts';
import type { Session } from './session.ts';
import { pushedSettings, realChanges, type SettingKey, settingsPatch } from './settingsPatch.ts';
import type { ErrorMessages } from './showError.ts';

/** Hands user settings to the daemon: when it is reached, and whenever one changes. */
export function syncSettings(session: Session, errors: ErrorMessages): vscode.Disposable {
  let queue = Promise.resolve();
  const push = (unset?: ReadonlySet<SettingKey>): void => {
    queue = queue.then(() => pushNow(session, unset)).catch((error: unknown) => void errors.show(error));
  };
  const endStates = session.on('state', ({ status }) => {
    if (status === 'connected') push();
  });
  const changes = vscode.workspace.onDidChangeConfiguration((event) => {
    const keys = Object.keys(pushedSettings) as SettingKey[];
    const touched = keys.filter((key) => event.affectsConfiguration(`devyard.${key}`));
    if (touched.length > 0 && session.state.status === 'connected') push(new Set(touched));
  });
  return vscode.Disposable.from(changes, new vscode.Disposable(endStates));
}

async function pushNow(session: Session, unset?: ReadonlySet<SettingKey>): Promise<void> {
  const { connection } = session;
  if (connection === undefined) return;
  const configuration = vscode.workspace.getConfiguration('devyard');
  const patch = settingsPatch((key) => {
    const values = configuration.inspect(key);
    return { user: values?.globalValue, preset: values?.defaultValue };
  }, unset);
  if (Object.keys(patch).length === 0) return;
  try {
    const changes = realChanges(patch, await connection.client.call('settings.get', {}));
    if (Object.keys(changes).length > 0) await connection.client.call('settings.patch', { body: changes });
  } catch (error) {
    // A connection that just broke is the session's affair; it pushes again when it is back.
    if (session.connection === connection)
      throw new Failure(vscode.l10n.t("Could not apply Devyard's settings"), error);
  }
}
