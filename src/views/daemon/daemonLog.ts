import * as vscode from 'vscode';

import { join } from 'node:path';
import type { Session } from '../shared/session.ts';

/** Name of the daemon's log in the data directory. */
const logFileName = 'daemon.log';
const lines = 500;

/** Shows what the background process said: its newest lines in Devyard's own channel, or its file while it is away. */
export class DaemonLog {
  readonly #session: Session;
  readonly #channel: vscode.LogOutputChannel;
  readonly #dataDir: string;
  #lastCopied: string | undefined;

  constructor(session: Session, channel: vscode.LogOutputChannel, dataDir: string) {
    this.#session = session;
    this.#channel = channel;
    this.#dataDir = dataDir;
  }

  async show(): Promise<void> {
    if (this.#session.state.status === 'connected') {
      this.#channel.show(true);
      await this.#copyNewest();
    } else if (!(await this.#openFile())) {
      this.#channel.show(true);
    }
  }

  async #copyNewest(): Promise<void> {
    const { client } = await this.#session.connect();
    const answer = await client.call('daemon.log', { query: { lines } });
    const known = this.#lastCopied === undefined ? -1 : answer.lines.lastIndexOf(this.#lastCopied);
    const fresh = answer.lines.slice(known + 1);
    if (fresh.length === 0) return;
    this.#channel.info(vscode.l10n.t('Newest lines of the background process:'));
    for (const line of fresh) this.#channel.info(`  ${line}`);
    this.#lastCopied = fresh.at(-1);
  }

  async #openFile(): Promise<boolean> {
    try {
      await vscode.window.showTextDocument(vscode.Uri.file(join(this.#dataDir, logFileName)), { preview: true });
      return true;
    } catch {
      return false; // It was never started.
    }
  }
}
