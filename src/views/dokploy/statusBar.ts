import * as vscode from 'vscode';
import { isDokployChange } from '../shared/dokployState.ts';
import type { Session } from '../shared/session.ts';
import { StatusItem } from '../shared/statusItem.ts';
import { summarizeDokploy } from './statusSummary.ts';
import { dokployLinkedCommands } from './tooltip.ts';

/** The item of Dokploy workspaces in the status bar. */
export class DokployStatusBar implements vscode.Disposable {
  readonly #session: Session;
  readonly #item: StatusItem;
  readonly #unsubscribe: () => void;
  #said: string | undefined;

  constructor(session: Session) {
    this.#session = session;
    this.#item = new StatusItem({
      id: 'dokploy',
      name: vscode.l10n.t('Devyard Dokploy Workspaces'),
      priority: 48,
      command: 'devyard.dokploy.showActions',
      linkedCommands: dokployLinkedCommands,
      blockedColor: 'statusBarItem.errorBackground',
    });
    this.#unsubscribe = session.on('change', ({ dokploy, jobs }) => {
      if (isDokployChange(dokploy) || jobs.length > 0) this.#update();
    });
    // It is made when there is something to say already.
    this.#update();
  }

  /** What it shows now; undefined while it is hidden. */
  get text(): string | undefined {
    return this.#item.text;
  }

  dispose(): void {
    this.#unsubscribe();
    this.#item.dispose();
  }

  #update(): void {
    const summary = summarizeDokploy(this.#session.snapshot, Date.now(), vscode.l10n);
    // Saying the same again would close its tooltip, and every reading of a server is told.
    const said = JSON.stringify(summary);
    if (said === this.#said) return;
    this.#said = said;
    this.#item.say(summary);
  }
}
