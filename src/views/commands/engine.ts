import * as vscode from 'vscode';
import type { Engine } from '../../api/contract/engine.ts';
import { Failure } from '../shared/errorView.ts';
import { commandUri } from '../shared/format.ts';
import type { Session } from '../shared/session.ts';
import type { CommandFamily } from './ids.ts';

/** Getting a code-server executable: have one installed, or point at one. */
export function engineCommands(session: Session): CommandFamily<'devyard.engine.install' | 'devyard.engine.choose'> {
  return {
    'devyard.engine.install': () => install(session),
    'devyard.engine.choose': () => choose(),
  };
}

/** Also joins an installation that another window began. */
async function install(session: Session): Promise<void> {
  const { l10n } = vscode;
  const { client } = await session.connect();
  const title = `${l10n.t('Installing code-server')} ([${l10n.t('Show Logs')}](${commandUri('devyard.daemon.showLogs')}))`;
  const location = vscode.ProgressLocation.Notification;
  const done = await vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
    const ended = endOfInstallation(session, token, (engine, last) => {
      const increment = ((engine.stepIndex - last) / engine.stepCount) * 100;
      progress.report({
        message: `${engine.step} (${String(engine.stepIndex)}/${String(engine.stepCount)})`,
        increment,
      });
    });
    const cancelling = token.onCancellationRequested(() => client.call('engine.cancel', {}));
    try {
      const answer = await client.call('engine.install', {});
      return answer.status === 'installing' ? await ended.promise : answer;
    } catch (error) {
      throw new Failure(l10n.t('Could not install code-server'), error);
    } finally {
      ended.dispose();
      cancelling.dispose();
    }
  });
  if (done === undefined) return;
  if (done.status === 'ready') {
    void vscode.window.showInformationMessage(l10n.t('code-server {0} is ready.', done.version));
  } else if (done.status !== 'installing') {
    throw new Failure(l10n.t('Could not install code-server'), done, { retry: () => install(session) });
  }
}

type Installing = Extract<Engine, { status: 'installing' }>;

/** Follows the installation until it is over. Gives undefined when it was cancelled or the daemon went away. */
function endOfInstallation(
  session: Session,
  token: vscode.CancellationToken,
  onStep: (engine: Installing, lastIndex: number) => void,
): { readonly promise: Promise<Engine | undefined>; dispose(): void } {
  let dispose = (): void => undefined;
  const promise = new Promise<Engine | undefined>((resolve) => {
    let last = 0;
    const look = (): void => {
      const { engine } = session.snapshot;
      if (engine?.status === 'installing') {
        onStep(engine, last);
        last = engine.stepIndex;
      } else if (engine !== undefined) {
        resolve(token.isCancellationRequested ? undefined : engine);
      }
    };
    const endChanges = session.on('change', ({ engine }) => {
      if (engine) look();
    });
    const endStates = session.on('state', ({ status }) => {
      if (status === 'down' || status === 'idle') resolve(undefined);
    });
    if (session.snapshot.engine?.status === 'installing') look();
    dispose = () => {
      endChanges();
      endStates();
    };
  });
  return { promise, dispose: () => dispose() };
}

/** Sets the executable for this machine. Never from a workspace: a workspace must not decide what is executed. */
async function choose(): Promise<void> {
  const { l10n } = vscode;
  const setting = vscode.workspace.getConfiguration('devyard.codeServer');
  const current = setting.inspect<string>('path')?.globalValue ?? '';
  const browse = { label: l10n.t('Choose Executable…'), iconPath: new vscode.ThemeIcon('file-binary') };
  const automatic = {
    label: l10n.t('Find Automatically'),
    detail: l10n.t('The code-server on the PATH, else the one Devyard installed'),
    iconPath: new vscode.ThemeIcon('search'),
  };
  const answer =
    current === '' ? browse : await vscode.window.showQuickPick([browse, automatic], { placeHolder: current });
  if (answer === automatic) await setting.update('path', undefined, vscode.ConfigurationTarget.Global);
  if (answer !== browse) return;
  const chosen = await vscode.window.showOpenDialog({
    title: l10n.t('Choose the code-server executable'),
    openLabel: l10n.t('Use This Executable'),
  });
  const path = chosen?.[0]?.fsPath;
  if (path !== undefined) await setting.update('path', path, vscode.ConfigurationTarget.Global);
}
