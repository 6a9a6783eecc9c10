import * as vscode from 'vscode';
import type { Presentation } from './presentation.ts';

/** The row of that id as it is presented; undefined: the editor asks for one that went a moment ago. */
export function treeItem(id: string, presentation: Presentation | undefined): vscode.TreeItem {
  const item = new vscode.TreeItem('');
  item.id = id;
  if (presentation === undefined) return item;
  const { label, description, contextValue, icon, color, accessibleLabel } = presentation;
  item.label = label;
  item.description = description;
  item.contextValue = contextValue;
  item.iconPath = new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
  item.accessibilityInformation = { label: accessibleLabel, role: 'treeitem' };
  return item;
}

/** Markdown with icons, whose links may run these commands. */
export function linkedTooltip(text: string, commands: readonly string[]): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString(text, true);
  tooltip.isTrusted = { enabledCommands: [...commands] };
  return tooltip;
}
