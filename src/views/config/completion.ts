import * as vscode from 'vscode';
import type { JsonSchema } from './jsonSchema.ts';
import { descriptionAt, type Suggestion, suggestionsAt } from './suggestions.ts';

/** It gets the schema through the manifest and completes by itself. */
const otherCompleter = 'redhat.vscode-yaml';

/** Completion and hovers in a kind of file, as long as no other extension gives them. The schema is read when it is needed. */
export function completeYaml(selector: vscode.DocumentSelector, schema: () => Promise<JsonSchema>): vscode.Disposable {
  let own: vscode.Disposable | undefined;
  const update = (): void => {
    const other = vscode.extensions.getExtension(otherCompleter) !== undefined;
    if (other === (own === undefined)) return;
    own?.dispose();
    own = other ? undefined : register(selector, schema);
  };
  update();
  const following = vscode.extensions.onDidChange(update);
  return new vscode.Disposable(() => {
    following.dispose();
    own?.dispose();
  });
}

function register(selector: vscode.DocumentSelector, schema: () => Promise<JsonSchema>): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(
      selector,
      {
        provideCompletionItems: async (document, position) =>
          suggestionsAt(await schema(), linesOf(document), position.line, position.character).map((suggestion) =>
            itemOf(suggestion, position),
          ),
      },
      ' ',
      '[',
    ),
    vscode.languages.registerHoverProvider(selector, {
      provideHover: async (document, { line, character }) => {
        const found = descriptionAt(await schema(), linesOf(document), line, character);
        if (found === undefined) return undefined;
        const range = new vscode.Range(line, found.start, line, found.end);
        return new vscode.Hover(new vscode.MarkdownString(found.markdown), range);
      },
    }),
  );
}

const linesOf = (document: vscode.TextDocument): readonly string[] => document.getText().split(/\r\n|\r|\n/);

const kinds = {
  key: vscode.CompletionItemKind.Property,
  value: vscode.CompletionItemKind.Value,
  group: vscode.CompletionItemKind.Reference,
} as const;

function itemOf(suggestion: Suggestion, position: vscode.Position): vscode.CompletionItem {
  const item = new vscode.CompletionItem(suggestion.label, kinds[suggestion.kind]);
  item.insertText = new vscode.SnippetString(suggestion.snippet);
  item.range = new vscode.Range(position.with(undefined, suggestion.start), position);
  item.detail = suggestion.detail;
  item.documentation = new vscode.MarkdownString(suggestion.documentation);
  item.sortText = suggestion.order;
  return item;
}
