import * as vscode from 'vscode';
import type { LogEntryView } from '../../api/contract/logs.ts';
import { type LogFeed, LogFollower } from './logFollower.ts';
import type { Session } from './session.ts';
import { type FilledChannel, ShownChannels } from './shownChannels.ts';
import type { SnapshotChange } from './snapshot.ts';

/** What one kind of resource has to say about its logs. */
export interface LogKind {
  /** Where the log of a resource comes from. `source`: only of this one, where a log has several. */
  feed(id: string, source: string | undefined): LogFeed;
  /** Turns entries into text. One of it belongs to one log: it may put pieces of a line together. */
  formatter(source: string | undefined): { format(entries: readonly LogEntryView[]): string };
  /** Ids of resources that are gone. */
  removed(change: SnapshotChange): readonly string[];
}

interface LogChannel extends FilledChannel {
  readonly source: string | undefined;
}

/** One output channel a resource, made when its log is first asked for and read only while it is on screen. */
export class LogChannels implements vscode.Disposable {
  readonly #session: Session;
  readonly #kind: LogKind;
  readonly #channels: ShownChannels<LogChannel>;
  readonly #unsubscribe: () => void;

  constructor(session: Session, extensionId: string, kind: LogKind) {
    this.#session = session;
    this.#kind = kind;
    this.#channels = new ShownChannels(extensionId);
    this.#unsubscribe = session.on('change', (change) => {
      if (session.state.status === 'connected') for (const id of kind.removed(change)) this.#channels.remove(id);
    });
  }

  /**
   * Shows the log of a resource and follows it as long as it is on screen. `name` is that of the channel; `source` leaves
   * only the lines of one source of the log.
   */
  show(id: string, name: string, source?: string): void {
    this.#open(id, name, source);
    this.#channels.show(id);
  }

  /** Whether a log is being read now: for tests. */
  isFollowing(id: string): boolean {
    return this.#channels.get(id)?.follower.following ?? false;
  }

  /** The resource whose log a document shows. */
  idOf(uri: vscode.Uri): string | undefined {
    return this.#channels.keyOf(uri);
  }

  dispose(): void {
    this.#unsubscribe();
    this.#channels.dispose();
  }

  #open(id: string, name: string, source: string | undefined): void {
    const known = this.#channels.get(id);
    if (known?.name === name && known.source === source) return;
    // A channel cannot be renamed: a renamed resource gets a new one, which reads the log anew.
    const output = known?.name === name ? known.output : vscode.window.createOutputChannel(name, 'log');
    known?.follower.pause();
    if (known?.output === output) output.clear();
    else known?.output.dispose();
    const formatter = this.#kind.formatter(source);
    const follower = new LogFollower(
      this.#kind.feed(id, source),
      (entries) => {
        const text = formatter.format(entries);
        if (text !== '') output.append(text);
      },
      (message) => {
        // Without a daemon the view says so already; the log goes on when there is one again.
        if (this.#session.state.status === 'connected') output.appendLine(`── ${message} ──`);
      },
    );
    this.#channels.set(id, { name, source, output, follower });
  }
}
