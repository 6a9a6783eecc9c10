import * as vscode from 'vscode';

/** Opens a file of this computer with the cursor at a place; line and column from 1. */
export async function showPlace(path: string, { line, column }: { line: number; column: number }): Promise<void> {
  const position = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
  await vscode.window.showTextDocument(vscode.Uri.file(path), { selection: new vscode.Range(position, position) });
}
