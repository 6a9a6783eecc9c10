import * as vscode from 'vscode';
import type { StatusSummary } from './statusSummary.ts';

interface StatusItemOptions {
  readonly id: string;
  readonly name: string;
  /** On the left; the higher one comes first. */
  readonly priority: number;
  /** What a click does. */
  readonly command: string;
  /** Commands that links in the tooltip may run. */
  readonly linkedCommands: readonly string[];
  /** A colour of the status bar, for what blocks. */
  readonly blockedColor: string;
}

/** An item in the status bar that exists only while there is something to say. */
export class StatusItem implements vscode.Disposable {
  readonly #options: StatusItemOptions;
  #item: vscode.StatusBarItem | undefined;

  constructor(options: StatusItemOptions) {
    this.#options = options;
  }

  /** What it shows now; undefined while it is hidden. */
  get text(): string | undefined {
    return this.#item?.text;
  }

  /** Undefined hides it. */
  say(summary: StatusSummary | undefined): void {
    if (summary === undefined) {
      this.dispose();
      return;
    }
    const { blockedColor, linkedCommands } = this.#options;
    const item = (this.#item ??= this.#create());
    item.text = summary.text;
    const tooltip = new vscode.MarkdownString(summary.tooltip, true);
    tooltip.isTrusted = { enabledCommands: [...linkedCommands] };
    item.tooltip = tooltip;
    item.accessibilityInformation = { label: summary.accessibleLabel, role: 'button' };
    item.backgroundColor = summary.blocked ? new vscode.ThemeColor(blockedColor) : undefined;
    item.show();
  }

  dispose(): void {
    this.#item?.dispose();
    this.#item = undefined;
  }

  #create(): vscode.StatusBarItem {
    const { command, id, name, priority } = this.#options;
    const item = vscode.window.createStatusBarItem(id, vscode.StatusBarAlignment.Left, priority);
    item.name = name;
    item.command = command;
    return item;
  }
}
