import * as vscode from 'vscode';
import type { DevServer } from '../../../api/contract/devServers.ts';
import type { Session } from '../../shared/session.ts';
import { isAlive } from '../actions.ts';
import { type AttachConfiguration, attachables, DebugFollower, type DebugMark } from './attach.ts';
import { untilListening } from './listening.ts';
import { onDevServers } from './source.ts';
import type { ProjectStarter } from './startProject.ts';

const goExtension = 'golang.go';
/** How long a process may take from its start until its debugger listens. */
const portPatienceMs = 20_000;

/** *Start and Debug*: the editor's own debuggers on the processes of a project. Listens to nothing before it is used. */
export class DevServerDebugging implements vscode.Disposable {
  readonly #session: Session;
  readonly #starter: ProjectStarter;
  readonly #follower: DebugFollower<vscode.DebugSession>;
  #subscriptions: vscode.Disposable | undefined;

  constructor(session: Session, starter: ProjectStarter) {
    this.#session = session;
    this.#starter = starter;
    this.#follower = new DebugFollower({
      attach: (configuration) => attach(configuration),
      detach: (debugSession) => vscode.debug.stopDebugging(debugSession),
    });
  }

  dispose(): void {
    this.#subscriptions?.dispose();
  }

  /**
   * Starts a project so that debuggers can attach, and attaches them as soon as they can. Resolves when the first one is
   * attached, or when there is none to wait for any more.
   */
  async debug(devServer: DevServer): Promise<void> {
    const { l10n } = vscode;
    const kinds = new Set(devServer.processes.map(({ debug }) => debug));
    if (!kinds.has('node') && !kinds.has('go')) {
      void vscode.window.showInformationMessage(
        l10n.t('No process of {0} says how it is debugged. Give one “debug: node” or “debug: go”.', devServer.pluginID),
      );
      return;
    }
    if (kinds.has('go') && !(await hasGoDebugger(devServer.pluginID))) return;
    const { id } = devServer;
    this.#listen();
    this.#follower.follow(id);
    let started: DevServer | undefined = devServer;
    try {
      if (!isAlive(devServer) || devServer.stopping) started = await this.#starter.start(devServer, { debug: true });
      else if (attachables(devServer).length === 0) started = await this.#restarted(devServer);
    } catch (error) {
      this.#follower.unfollow(id);
      throw error;
    }
    if (started === undefined) this.#follower.unfollow(id);
    else await this.#untilAttached(started);
  }

  async #restarted(devServer: DevServer): Promise<DevServer | undefined> {
    const { l10n } = vscode;
    const restart = l10n.t('Restart and Debug');
    const message = l10n.t('{0} runs without debuggers.', devServer.pluginID);
    const detail = l10n.t('To be debugged it has to be started anew.');
    if ((await vscode.window.showInformationMessage(message, { modal: true, detail }, restart)) !== restart)
      return undefined;
    return await this.#starter.restart(devServer, { debug: true });
  }

  async #untilAttached({ id, pluginID }: DevServer): Promise<void> {
    const title = vscode.l10n.t('Debugging {0}', pluginID);
    const location = vscode.ProgressLocation.Notification;
    const message = vscode.l10n.t('waiting for its debugger');
    await vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
      progress.report({ message });
      await new Promise<void>((resolve) => {
        const look = (): void => {
          const now = this.#session.snapshot.devServers.get(id);
          const over = now === undefined || (now.status === 'error' && !isAlive(now));
          if (!over && attachables(now).length === 0) return;
          end();
          resolve();
        };
        const end = onDevServers(this.#session, look);
        token.onCancellationRequested(() => {
          end();
          this.#follower.unfollow(id);
          resolve();
        });
        look();
      });
      await this.#follower.update(id, this.#session.snapshot.devServers.get(id));
    });
  }

  #listen(): void {
    this.#subscriptions ??= vscode.Disposable.from(
      new vscode.Disposable(
        onDevServers(this.#session, (ids) => {
          for (const id of ids) void this.#follower.update(id, this.#session.snapshot.devServers.get(id));
        }),
      ),
      vscode.debug.onDidTerminateDebugSession((ended) => {
        const mark = markOf(ended);
        if (mark !== undefined) this.#follower.ended(mark);
      }),
    );
  }
}

/** The session that the editor started; undefined when it could not, which it has told the person. */
async function attach(configuration: AttachConfiguration): Promise<vscode.DebugSession | undefined> {
  let session: vscode.DebugSession | undefined;
  const starting = vscode.debug.onDidStartDebugSession((started) => {
    if (markOf(started)?.runId === configuration.devyard.runId) session ??= started;
  });
  try {
    await untilListening(configuration.port, portPatienceMs);
    const cwd = configuration['cwd'];
    const folder = typeof cwd === 'string' ? vscode.workspace.getWorkspaceFolder(vscode.Uri.file(cwd)) : undefined;
    const done = await vscode.debug.startDebugging(folder, configuration, { suppressSaveBeforeStart: true });
    return done ? session : undefined;
  } finally {
    starting.dispose();
  }
}

/** Only of a session that Devyard started: its children, such as workers, have the same options. */
function markOf({ configuration, parentSession }: vscode.DebugSession): DebugMark | undefined {
  return parentSession === undefined ? (configuration['devyard'] as DebugMark | undefined) : undefined;
}

async function hasGoDebugger(name: string): Promise<boolean> {
  if (vscode.extensions.getExtension(goExtension) !== undefined) return true;
  const { l10n } = vscode;
  const search = l10n.t('Search for the Go Extension');
  const text = l10n.t('Debugging {0} takes the Go extension, which is not installed here.', name);
  if ((await vscode.window.showWarningMessage(text, search)) === search) {
    await vscode.commands.executeCommand('workbench.extensions.search', `@id:${goExtension}`);
  }
  return false;
}
