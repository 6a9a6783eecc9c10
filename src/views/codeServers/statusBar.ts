import * as vscode from 'vscode';
import type { Session } from '../shared/session.ts';
import { isRunning, sorted } from '../shared/snapshot.ts';
import { StatusItem } from '../shared/statusItem.ts';
import { summarize } from './statusSummary.ts';
import { linkedCommands } from './tooltip.ts';

/** The item of code-servers, and of Devyard itself, in the status bar. */
export class CodeServersStatusBar implements vscode.Disposable {
  readonly #session: Session;
  readonly #item: StatusItem;
  readonly #unsubscribe: readonly (() => void)[];

  constructor(session: Session) {
    this.#session = session;
    this.#item = new StatusItem({
      id: 'codeServers',
      name: vscode.l10n.t('Devyard Code Servers'),
      priority: 50,
      command: 'devyard.status.showActions',
      linkedCommands: [...linkedCommands, 'devyard.daemon.restart', 'devyard.daemon.showLogs'],
      blockedColor: 'statusBarItem.warningBackground',
    });
    this.#unsubscribe = [
      session.on('state', () => this.#update()),
      session.on('change', ({ structure, changed, jobs }) => {
        if (structure || changed.length > 0 || jobs.length > 0) this.#update();
      }),
    ];
  }

  /** What it shows now; undefined while it is hidden. */
  get text(): string | undefined {
    return this.#item.text;
  }

  dispose(): void {
    for (const end of this.#unsubscribe) end();
    this.#item.dispose();
  }

  #update(): void {
    const { state, snapshot } = this.#session;
    const jobs = [...snapshot.jobs.values()].filter(isRunning);
    this.#item.say(summarize(state, sorted(snapshot), vscode.l10n, jobs));
  }
}
