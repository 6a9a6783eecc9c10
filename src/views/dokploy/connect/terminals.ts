import * as vscode from 'vscode';
import type { Workspace } from '../../../api/contract/dokploy.ts';
import type { Session } from '../../shared/session.ts';
import { ShellLink } from './shellLink.ts';

/** The tabs with shells in workspaces; as many as somebody wants. */
export class WorkspaceTerminals implements vscode.Disposable {
  readonly #session: Session;
  readonly #tabs = new Map<vscode.Terminal, ShellLink>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** Opens one more. */
  open({ id, name }: Pick<Workspace, 'id' | 'name'>): void {
    const written = new vscode.EventEmitter<string>();
    const closed = new vscode.EventEmitter<void>();
    const link = new ShellLink({
      open: async (size, signal) => {
        const { client } = await this.#session.connect();
        // It brings a library of its own, which only terminals need.
        const { openWorkspaceTerminal } = await import('../../../api/client/terminalSocket.ts');
        return await openWorkspaceTerminal(client.address, id, size, signal);
      },
      write: (text) => written.fire(text),
      close: () => closed.fire(),
      l10n: vscode.l10n,
    });
    const pty: vscode.Pseudoterminal = {
      onDidWrite: written.event,
      onDidClose: closed.event,
      open: (size) => void link.open(size),
      close: () => {
        link.close();
        this.#tabs.delete(terminal);
        written.dispose();
        closed.dispose();
      },
      handleInput: (text) => link.type(text),
      setDimensions: (size) => link.resize(size),
    };
    const terminal = vscode.window.createTerminal({
      name,
      pty,
      iconPath: new vscode.ThemeIcon('vm'),
      isTransient: true,
    });
    this.#tabs.set(terminal, link);
    terminal.show();
  }

  dispose(): void {
    for (const [terminal, link] of this.#tabs) {
      link.close();
      terminal.dispose();
    }
    this.#tabs.clear();
  }
}
