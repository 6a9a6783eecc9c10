import * as vscode from 'vscode';
import type { Session } from '../shared/session.ts';
import { concernsDevServers, sortedDevServers } from '../shared/snapshot.ts';
import { StatusItem } from '../shared/statusItem.ts';
import { summarizeDevServers } from './statusSummary.ts';
import { devLinkedCommands } from './tooltip.ts';

/** The item of dev servers in the status bar. */
export class DevServersStatusBar implements vscode.Disposable {
  readonly #item: StatusItem;
  readonly #unsubscribe: () => void;

  constructor(session: Session) {
    this.#item = new StatusItem({
      id: 'devServers',
      name: vscode.l10n.t('Devyard Dev Servers'),
      priority: 49,
      command: 'devyard.devServers.showActions',
      linkedCommands: devLinkedCommands,
      blockedColor: 'statusBarItem.errorBackground',
    });
    this.#unsubscribe = session.on('change', (change) => {
      if (concernsDevServers(change))
        this.#item.say(summarizeDevServers(sortedDevServers(session.snapshot), Date.now(), vscode.l10n));
    });
  }

  /** What it shows now; undefined while it is hidden. */
  get text(): string | undefined {
    return this.#item.text;
  }

  dispose(): void {
    this.#unsubscribe();
    this.#item.dispose();
  }
}
