import type * as vscode from 'vscode';
import type { Session } from '../shared/session.ts';

export const dokployViewId = 'devyard.dokploy';

/**
 * What the bundle of this view is given by the extension. It is loaded later than the extension and has its own copy of every
 * module: whatever there may be only one of in a window comes through here.
 */
export interface DokployHost {
  readonly session: Session;
  /** The view on screen; its rows are the ids of `items.ts`. */
  readonly view: vscode.TreeView<string>;
  /** Such as `devyard.devyard`. */
  readonly extensionId: string;
  /** What this editor remembers beyond the window. */
  readonly memory: vscode.Memento;
  readonly secrets: vscode.SecretStorage;
  /** Shows what something threw, with ways out; for work that no command waits for. */
  readonly showError: (thrown: unknown) => void;
}
