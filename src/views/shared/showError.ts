import * as vscode from 'vscode';
import { asFailure, type ErrorAction, type Failure, viewOfError } from './errorView.ts';

/** Texts that are on screen at this moment: the same trouble is not told twice. */
export class ErrorMessages {
  readonly #log: vscode.LogOutputChannel;
  readonly #open = new Set<string>();

  constructor(log: vscode.LogOutputChannel) {
    this.#log = log;
  }

  /** Tells what failed, why and what to do next, with buttons that do it. Resolves when the person has answered. */
  async show(thrown: unknown): Promise<void> {
    const view = viewOfError(thrown, vscode.l10n);
    if (view === undefined) return;
    this.#log.error(view.text);
    if (this.#open.has(view.text)) return;
    this.#open.add(view.text);
    try {
      const items = view.actions.map((action) => ({ title: titleOf(action), action }));
      const chosen = await vscode.window.showErrorMessage(view.text, ...items);
      this.#open.delete(view.text);
      if (chosen?.action === 'retry') await this.#retry(thrown);
      else if (chosen !== undefined) await act(chosen.action, thrown);
    } catch (error) {
      this.#log.error(error instanceof Error ? error : String(error));
    } finally {
      this.#open.delete(view.text);
    }
  }

  async #retry(thrown: unknown): Promise<void> {
    try {
      await asFailure(thrown)?.retry?.();
    } catch (error) {
      void this.show(error);
    }
  }
}

function titleOf(action: ErrorAction): string {
  const titles: Record<ErrorAction, string> = {
    install: vscode.l10n.t('Install'),
    chooseExecutable: vscode.l10n.t('Choose Executable…'),
    openToolSettings: vscode.l10n.t('Choose Tools…'),
    openPortSettings: vscode.l10n.t('Open Settings'),
    reloadWindow: vscode.l10n.t('Reload Window'),
    restartDaemon: vscode.l10n.t('Restart Devyard'),
    editDokployServer: vscode.l10n.t('Edit Server…'),
    retry: vscode.l10n.t('Retry'),
    showServerLogs: vscode.l10n.t('Show Logs'),
    showLogs: vscode.l10n.t('Show Logs'),
  };
  return titles[action];
}

async function act(action: Exclude<ErrorAction, 'retry'>, thrown: unknown): Promise<void> {
  const failure = asFailure(thrown);
  switch (action) {
    case 'install':
      return void (await vscode.commands.executeCommand('devyard.engine.install'));
    case 'chooseExecutable':
      return void (await vscode.commands.executeCommand('devyard.engine.choose'));
    case 'openPortSettings':
      return void (await vscode.commands.executeCommand(
        'workbench.action.openSettings',
        'devyard.codeServer.portRange',
      ));
    case 'openToolSettings':
      return void (await vscode.commands.executeCommand('workbench.action.openSettings', 'devyard.devServers.tools'));
    case 'reloadWindow':
      return void (await vscode.commands.executeCommand('workbench.action.reloadWindow'));
    case 'restartDaemon':
      return void (await vscode.commands.executeCommand('devyard.daemon.restart'));
    case 'editDokployServer':
      return void (await vscode.commands.executeCommand('devyard.dokploy.editServer', failure?.dokployServerId));
    case 'showServerLogs':
      return await showLogsOf(failure);
    case 'showLogs':
      return void (await vscode.commands.executeCommand('devyard.daemon.showLogs'));
  }
}

async function showLogsOf(failure: Failure | undefined): Promise<void> {
  const { codeServerId, devServerId, workspaceId } = failure ?? {};
  if (workspaceId !== undefined) await vscode.commands.executeCommand('devyard.dokploy.showDeployLog', workspaceId);
  else if (devServerId !== undefined) await vscode.commands.executeCommand('devyard.devServer.showLogs', devServerId);
  else await vscode.commands.executeCommand('devyard.codeServer.showLogs', codeServerId);
}
