import * as vscode from 'vscode';
import { type LensAction, lensTitles } from './lensTitles.ts';
import { type DeclaredProject, isDeclaredBy } from './manifestFile.ts';
import { projectsIn } from './manifestProjects.ts';
import { type DevServersSource, onDevServers } from './source.ts';

export const runLensCommand = 'devyard.manifest.runLens';

/** What a lens passes to its command. */
export interface LensCall extends Pick<DeclaredProject, 'pluginId' | 'root'> {
  readonly action: LensAction;
  readonly file: string;
}

const files: vscode.DocumentSelector = [
  { scheme: 'file', pattern: '**/devyard.{yaml,yml}' },
  { scheme: 'file', pattern: '**/plugin.yaml' },
];

/** Start, Stop, Rebuild and Logs above each project in its manifest, with how it stands. */
export function showLenses(source: DevServersSource): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const end = onDevServers(source, () => changed.fire());
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses: (document) => {
      const { fsPath } = document.uri;
      const lines = document.getText().split(/\r\n|\r|\n/);
      return projectsIn(fsPath, lines).flatMap((project) => {
        const { pluginId, root, line } = project;
        const known = [...source.snapshot.devServers.values()].find((one) => isDeclaredBy(one, fsPath, project));
        const range = new vscode.Range(line, 0, line, 0);
        return lensTitles(known, vscode.l10n).map(({ title, action }) => {
          if (action === undefined) return new vscode.CodeLens(range, { title, command: '' });
          const call: LensCall = { action, file: fsPath, pluginId, root };
          return new vscode.CodeLens(range, { title, command: runLensCommand, arguments: [call] });
        });
      });
    },
  };
  return vscode.Disposable.from(
    vscode.languages.registerCodeLensProvider(files, provider),
    changed,
    new vscode.Disposable(end),
  );
}
