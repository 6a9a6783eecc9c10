import * as vscode from 'vscode';
import type { Workspace } from '../../../api/contract/dokploy.ts';
import type { Session } from '../../shared/session.ts';
import { askTyped, type Suggestion } from '../wizard/settings/typedPick.ts';
import type { CommandHistory } from './commandHistory.ts';
import { CommandRun } from './commandRun.ts';

interface Tab {
  readonly workspaceId: string;
  readonly terminal: vscode.Terminal;
  readonly run: CommandRun;
}

/** The tabs that show what commands say. The next command for a workspace takes the tab of one that has ended. */
export class CommandTabs implements vscode.Disposable {
  readonly #session: Session;
  readonly #tabs = new Set<Tab>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** Resolves when the command has ended, with true when its exit code was 0. */
  async run(workspace: Workspace, command: string): Promise<boolean> {
    const free = [...this.#tabs].find(({ workspaceId, run }) => workspaceId === workspace.id && !run.isRunning);
    if (free !== undefined) {
      free.terminal.show(true);
      return await free.run.run(command);
    }
    return await this.#open(workspace, command);
  }

  dispose(): void {
    for (const { terminal, run } of this.#tabs) {
      run.cancel();
      terminal.dispose();
    }
    this.#tabs.clear();
  }

  async #open({ id, name }: Workspace, command: string): Promise<boolean> {
    const written = new vscode.EventEmitter<string>();
    const run = new CommandRun({
      exec: async (text, signal) => (await this.#session.connect()).client.exec(id, text, { signal }),
      write: (text) => written.fire(text),
      now: () => performance.now(),
      l10n: vscode.l10n,
    });
    return await new Promise<boolean>((resolve) => {
      const pty: vscode.Pseudoterminal = {
        onDidWrite: written.event,
        // What is written before is lost.
        open: () => void run.run(command).then(resolve),
        close: () => {
          run.cancel();
          this.#tabs.delete(tab);
          // Also a tab that was closed before it was there.
          resolve(false);
        },
        handleInput: (text) => run.type(text),
      };
      const terminal = vscode.window.createTerminal({
        name: vscode.l10n.t('{0}: commands', name),
        pty,
        iconPath: new vscode.ThemeIcon('terminal-cmd'),
        isTransient: true,
      });
      const tab = { workspaceId: id, terminal, run };
      this.#tabs.add(tab);
      terminal.show(true);
    });
  }
}

/** Asks for a command: one that was run before, or another one. Undefined when the person gave up. */
export async function askForCommand({ id, name }: Workspace, history: CommandHistory): Promise<string | undefined> {
  const { l10n } = vscode;
  const answer: { command: string | undefined; forget: boolean } = { command: undefined, forget: false };
  const before = history.of(id);
  const forget: Suggestion = {
    label: l10n.t('Forget These Commands'),
    iconPath: new vscode.ThemeIcon('clear-all'),
    value: undefined,
  };
  await askTyped(
    { title: l10n.t('Run a Command in {0}', name), step: 1, totalSteps: 1 },
    {
      suggestions: [
        ...before.map((command) => ({ label: command, iconPath: new vscode.ThemeIcon('history'), value: command })),
        ...(before.length === 0 ? [] : [forget]),
      ],
      value: '',
      placeholder: l10n.t('For example: git status. It runs in your home folder there, in the shell of your user'),
      problemOf: (text) => (text.length > 100_000 ? l10n.t('Use at most {0} characters.', 100_000) : undefined),
      useIt: l10n.t('run this'),
      accept: (command) => {
        answer.command = command;
        answer.forget = command === undefined;
        return 'next';
      },
    },
  );
  if (answer.forget) await history.forget(id);
  return answer.command;
}
