import * as vscode from 'vscode';
import type { Session } from '../shared/session.ts';
import { concernsDevServers, sortedDevServers } from '../shared/snapshot.ts';
import { summarizeDevServers } from './statusSummary.ts';
import { devLinkedCommands } from './tooltip.ts';

/** The item in the status bar. It exists only while there is something to say. */
export class DevServersStatusBar implements vscode.Disposable {
  readonly #session: Session;
  readonly #unsubscribe: () => void;
  #item: vscode.StatusBarItem | undefined;

  constructor(session: Session) {
    this.#session = session;
    this.#unsubscribe = session.on('change', (change) => {
      if (concernsDevServers(change)) this.#update();
    });
  }

  /** What it shows now; undefined while it is hidden. */
  get text(): string | undefined {
    return this.#item?.text;
  }

  dispose(): void {
    this.#unsubscribe();
    this.#item?.dispose();
  }

  #update(): void {
    const summary = summarizeDevServers(sortedDevServers(this.#session.snapshot), Date.now(), vscode.l10n);
    if (summary === undefined) {
      this.#item?.dispose();
      this.#item = undefined;
      return;
    }
    const item = (this.#item ??= this.#create());
    item.text = summary.text;
    const tooltip = new vscode.MarkdownString(summary.tooltip, true);
    tooltip.isTrusted = { enabledCommands: [...devLinkedCommands] };
    item.tooltip = tooltip;
    item.accessibilityInformation = { label: summary.accessibleLabel, role: 'button' };
    item.backgroundColor = summary.blocked ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
    item.show();
  }

  #create(): vscode.StatusBarItem {
    const item = vscode.window.createStatusBarItem('devServers', vscode.StatusBarAlignment.Left, 49);
    item.name = vscode.l10n.t('Devyard Dev Servers');
    item.command = 'devyard.devServers.showActions';
    return item;
  }
}
