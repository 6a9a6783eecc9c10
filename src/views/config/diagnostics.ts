import * as vscode from 'vscode';
import { type CheckedDocument, type ConfigProblem, DocumentChecks } from './documentChecks.ts';

/** How the daemon is reached for a check. */
export interface CheckConnection {
  readonly isConnected: () => boolean;
  /** Called when somebody opens such a file while there is no connection. */
  readonly connect: () => void;
  /** Calls the listener whenever a connection was made; the returned function ends that. */
  readonly onConnected: (listener: () => void) => () => void;
  readonly log: (message: string) => void;
}

/**
 * The Problems panel for open files of a kind: what the daemon says of the text as it is in the editor. `pattern`: a glob of
 * the files. `check` rejects when the daemon cannot answer.
 */
export function diagnoseYaml(
  pattern: string,
  check: (text: string, path: string) => Promise<readonly ConfigProblem[]>,
  { isConnected, connect, onConnected, log }: CheckConnection,
): vscode.Disposable {
  const selector: vscode.DocumentSelector = { pattern };
  const shown = vscode.languages.createDiagnosticCollection('devyard');
  const checks = new DocumentChecks({
    check,
    isConnected,
    log,
    show: ({ uri }, problems) => shown.set(vscode.Uri.parse(uri, true), problems.map(diagnosticOf)),
    clear: (uri) => shown.delete(vscode.Uri.parse(uri, true)),
  });
  const isOurs = (document: vscode.TextDocument): boolean => vscode.languages.match(selector, document) > 0;
  const opened = (document: vscode.TextDocument): void => {
    if (!isOurs(document)) return;
    checks.opened(checked(document));
    if (!isConnected()) connect();
  };
  for (const document of vscode.workspace.textDocuments) opened(document);
  // An editor keeps a document for minutes after it was closed; what is wrong in a file that is gone is nobody's concern.
  const files = vscode.workspace.createFileSystemWatcher(pattern, false, true, false);
  const loaded = ({ path }: vscode.Uri): vscode.TextDocument | undefined =>
    vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.path === path);
  files.onDidDelete((uri) => checks.closed((loaded(uri)?.uri ?? uri).toString()));
  files.onDidCreate((uri) => {
    const document = loaded(uri);
    if (document !== undefined) opened(document);
  });
  const endConnected = onConnected(() => checks.connected());
  return vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument(opened),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0 && isOurs(document)) checks.changed(checked(document));
    }),
    vscode.workspace.onDidCloseTextDocument((document) => checks.closed(document.uri.toString())),
    files,
    new vscode.Disposable(endConnected),
    new vscode.Disposable(() => checks.dispose()),
    shown,
  );
}

function checked(document: vscode.TextDocument): CheckedDocument {
  const { uri } = document;
  return { uri: uri.toString(), path: uri.fsPath, text: () => document.getText() };
}

function diagnosticOf({ line, column, endLine, endColumn, path, message }: ConfigProblem): vscode.Diagnostic {
  const range = new vscode.Range(line - 1, column - 1, endLine - 1, endColumn - 1);
  const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error);
  diagnostic.source = 'Devyard';
  if (path !== '') diagnostic.code = path;
  return diagnostic;
}
