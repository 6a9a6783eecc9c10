import * as vscode from 'vscode';
import { type PlacedProblem, ProblemBoard } from './problems.ts';
import { type DevServersSource, onDevServers } from './source.ts';

/** Shows in the Problems panel what the builds of all projects found. Without a problem there is not even a collection. */
export function showBuildProblems(source: DevServersSource): vscode.Disposable {
  const board = new ProblemBoard();
  let shown: vscode.DiagnosticCollection | undefined;
  const end = onDevServers(source, (ids) => {
    for (const id of ids) {
      for (const file of board.update(id, source.snapshot.devServers.get(id))) {
        shown ??= vscode.languages.createDiagnosticCollection('devyard.builds');
        shown.set(vscode.Uri.file(file), board.of(file).map(diagnosticOf));
      }
    }
  });
  return new vscode.Disposable(() => {
    end();
    shown?.dispose();
  });
}

function diagnosticOf({ line, column, message, severity, code, source }: PlacedProblem): vscode.Diagnostic {
  // An empty range: the editor underlines the word there. It does not need the file to be open, as looking for the word would.
  const range =
    column === undefined
      ? new vscode.Range(line, 0, line, Number.MAX_VALUE)
      : new vscode.Range(line, column, line, column);
  const diagnostic = new vscode.Diagnostic(
    range,
    message,
    severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning,
  );
  diagnostic.source = source;
  if (code !== undefined) diagnostic.code = code;
  return diagnostic;
}
