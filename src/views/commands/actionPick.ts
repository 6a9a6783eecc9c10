import * as vscode from 'vscode';
import type { CommandId } from './ids.ts';

interface ActionItem extends vscode.QuickPickItem {
  readonly command?: CommandId;
  readonly target?: string;
}

/** A list of what can be done now, in groups: what an item in the status bar opens. */
export class ActionPick {
  readonly #items: ActionItem[] = [];

  /** What follows belongs together. */
  group(label: string): void {
    this.#items.push({ label, kind: vscode.QuickPickItemKind.Separator });
  }

  add(icon: string, label: string, command: CommandId, target?: string): void {
    const forTarget = target === undefined ? {} : { target };
    this.#items.push({ label, iconPath: new vscode.ThemeIcon(icon), command, ...forTarget });
  }

  /** Asks, and does what was picked. */
  async show(): Promise<void> {
    const picked = await vscode.window.showQuickPick(this.#items, {
      placeHolder: vscode.l10n.t('What to do?'),
      matchOnDescription: true,
    });
    if (picked?.command === undefined) return;
    await vscode.commands.executeCommand(picked.command, ...(picked.target === undefined ? [] : [picked.target]));
  }
}
