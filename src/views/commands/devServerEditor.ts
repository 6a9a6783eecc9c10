import * as vscode from 'vscode';
import { detectProjects } from '../devServers/editor/detect.ts';
import type { DevServersEditor } from '../devServers/editor/editor.ts';
import { importProjects, openManifest } from '../devServers/editor/importing.ts';
import { runLens } from '../devServers/editor/lensCommand.ts';
import type { Session } from '../shared/session.ts';
import { devServerTarget } from './devServerTarget.ts';
import type { CommandFamily } from './ids.ts';

type EditorCommand =
  | 'devyard.devServer.openTerminal'
  | 'devyard.devServer.debug'
  | 'devyard.devServers.detect'
  | 'devyard.devServers.import'
  | 'devyard.manifest.open'
  | 'devyard.manifest.accept'
  | 'devyard.manifest.runLens';

/** What dev servers do in the editor besides their view. */
export function devServerEditorCommands(
  session: Session,
  { terminals, debugging, previews }: DevServersEditor,
): CommandFamily<EditorCommand> {
  const { l10n } = vscode;
  return {
    'devyard.devServer.openTerminal': async (...args) => {
      const target = await devServerTarget(session, args, {
        placeholder: l10n.t('Whose terminal to open?'),
        none: l10n.t('No project has a process with a terminal. Give one “tty: true” in its devyard.yaml.'),
        filter: ({ processes }) => processes.some(({ tty }) => tty),
      });
      if (target === undefined) return;
      const { devServer, part } = target;
      const all = devServer.processes.filter(({ tty, name }) => tty && (part === undefined || part.name === name));
      const items = all.map((process) => ({ label: process.name, process }));
      const placeHolder = l10n.t('Which process?');
      const chosen = items.length > 1 ? await vscode.window.showQuickPick(items, { placeHolder }) : items[0];
      if (chosen !== undefined) terminals.show(devServer, chosen.process, false);
    },
    'devyard.devServer.debug': async (...args) => {
      const target = await devServerTarget(session, args, {
        placeholder: l10n.t('Which project to debug?'),
        none: l10n.t('No project has a process that says how it is debugged. Give one “debug: node” or “debug: go”.'),
        filter: ({ processes, mode }) => mode !== 'external' && processes.some(({ debug }) => debug !== null),
      });
      if (target !== undefined) await debugging.debug(target.devServer);
    },
    'devyard.devServers.detect': () => detectProjects(session, previews),
    'devyard.devServers.import': (path) =>
      importProjects(session, previews, typeof path === 'string' ? path : undefined),
    'devyard.manifest.open': () => openManifest(previews),
    'devyard.manifest.accept': (uri) => previews.accept(uri instanceof vscode.Uri ? uri : undefined),
    'devyard.manifest.runLens': (...args) => runLens(session, args),
  };
}
