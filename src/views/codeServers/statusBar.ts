import * as vscode from 'vscode';
import type { Session } from '../shared/session.ts';
import { isRunning, sorted } from '../shared/snapshot.ts';
import { summarize } from './statusSummary.ts';
import { linkedCommands } from './tooltip.ts';

/** The item in the status bar. It exists only while there is something to say. */
export class CodeServersStatusBar implements vscode.Disposable {
  readonly #session: Session;
  readonly #unsubscribe: readonly (() => void)[];
  #item: vscode.StatusBarItem | undefined;

  constructor(session: Session) {
    this.#session = session;
    this.#unsubscribe = [
      session.on('state', () => this.#update()),
      session.on('change', ({ structure, changed, jobs }) => {
        if (structure || changed.length > 0 || jobs.length > 0) this.#update();
      }),
    ];
  }

  /** What it shows now; undefined while it is hidden. */
  get text(): string | undefined {
    return this.#item?.text;
  }

  dispose(): void {
    for (const end of this.#unsubscribe) end();
    this.#item?.dispose();
  }

  #update(): void {
    const { state, snapshot } = this.#session;
    const jobs = [...snapshot.jobs.values()].filter(isRunning);
    const summary = summarize(state, sorted(snapshot), vscode.l10n, jobs);
    if (summary === undefined) {
      this.#item?.dispose();
      this.#item = undefined;
      return;
    }
    const item = (this.#item ??= this.#create());
    item.text = summary.text;
    const tooltip = new vscode.MarkdownString(summary.tooltip, true);
    tooltip.isTrusted = {
      enabledCommands: [...linkedCommands, 'devyard.daemon.restart', 'devyard.daemon.showLogs'],
    };
    item.tooltip = tooltip;
    item.accessibilityInformation = { label: summary.accessibleLabel, role: 'button' };
    item.backgroundColor = summary.blocked ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    item.show();
  }

  #create(): vscode.StatusBarItem {
    const item = vscode.window.createStatusBarItem('codeServers', vscode.StatusBarAlignment.Left, 50);
    item.name = vscode.l10n.t('Devyard Code Servers');
    item.command = 'devyard.status.showActions';
    return item;
  }
}
