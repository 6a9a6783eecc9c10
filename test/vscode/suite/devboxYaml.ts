import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { devyard } from './host.ts';

const text = `server:
  code_server_port_range: { start: 8100, end: 8010 }
ui:
  defualt_extension_groups: [python]
`;

export const tests: Record<string, () => Promise<void>> = {
  'a devbox.yaml that is opened is checked by the daemon, with places, and well again when it is corrected': () =>
    withFile(text, async (document) => {
      const wrong = await problemsOf(document, ({ length }) => length >= 2);
      assert.deepEqual(
        wrong.map(({ range, source }) => [range.start.line, source]),
        [
          [1, 'Devyard'],
          [3, 'Devyard'],
        ],
      );
      assert.match(wrong[1]?.message ?? '', /default_extension_groups/);
      const edit = new vscode.WorkspaceEdit();
      edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), 'ui:\n  settings: {}\n');
      await vscode.workspace.applyEdit(edit);
      await problemsOf(document, ({ length }) => length === 0);
      await document.save();
    }),

  'keys of devbox.yaml are offered where they belong': () =>
    withFile('ui:\n  workspace:\n    \n', async (document) => {
      const offered = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        new vscode.Position(2, 4),
      );
      const labels = offered.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
      for (const key of ['default_type', 'max_upload_size_mb', 'supported_archive_types'])
        assert.ok(labels.includes(key), `${key} is not among ${labels.join(', ')}`);
      assert.ok(!labels.includes('extension_groups'));
    }),
};

async function withFile(content: string, task: (document: vscode.TextDocument) => Promise<void>): Promise<void> {
  await devyard();
  const folder = await mkdtemp(join(tmpdir(), 'devyard-devbox-'));
  try {
    await writeFile(join(folder, 'devbox.yaml'), content);
    const document = await vscode.workspace.openTextDocument(join(folder, 'devbox.yaml'));
    await vscode.window.showTextDocument(document);
    await task(document);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The problems shown for a document, as soon as they are what is awaited. */
async function problemsOf(
  document: vscode.TextDocument,
  holds: (problems: readonly vscode.Diagnostic[]) => boolean,
): Promise<readonly vscode.Diagnostic[]> {
  return await new Promise((resolve, reject) => {
    const look = (): void => {
      const problems = vscode.languages.getDiagnostics(document.uri);
      if (!holds(problems)) return;
      clearTimeout(timer);
      subscription.dispose();
      resolve(problems);
    };
    const subscription = vscode.languages.onDidChangeDiagnostics(look);
    const timer = setTimeout(() => {
      subscription.dispose();
      reject(new Error(`the problems are ${JSON.stringify(vscode.languages.getDiagnostics(document.uri))}`));
    }, 30_000);
    look();
  });
}
