import * as vscode from 'vscode';
import type { LogEntryView } from '../../api/contract/logs.ts';
import { type LogFeed, LogFollower } from './logFollower.ts';
import { isOutputOf } from './outputDocument.ts';
import type { Session } from './session.ts';
import type { SnapshotChange } from './snapshot.ts';

/** The editor shows a channel a moment after it was asked to. */
const shownWithinMs = 5000;

/** What one kind of resource has to say about its logs. */
export interface LogKind {
  /** Where the log of a resource comes from. `source`: only of this one, where a log has several. */
  feed(id: string, source: string | undefined): LogFeed;
  /** Turns entries into text. One of it belongs to one log: it may put pieces of a line together. */
  formatter(source: string | undefined): { format(entries: readonly LogEntryView[]): string };
  /** Ids of resources that are gone. */
  removed(change: SnapshotChange): readonly string[];
}

interface LogChannel {
  readonly name: string;
  readonly source: string | undefined;
  readonly output: vscode.OutputChannel;
  readonly follower: LogFollower;
  /** Until then it is taken for visible although no editor shows it yet. Milliseconds since the epoch. */
  expectedUntil: number;
}

/** One output channel a resource, made when its log is first asked for and read only while it is on screen. */
export class LogChannels implements vscode.Disposable {
  readonly #session: Session;
  readonly #extensionId: string;
  readonly #kind: LogKind;
  readonly #channels = new Map<string, LogChannel>();
  readonly #subscriptions: (() => void)[];

  constructor(session: Session, extensionId: string, kind: LogKind) {
    this.#session = session;
    this.#extensionId = extensionId;
    this.#kind = kind;
    const editors = vscode.window.onDidChangeVisibleTextEditors(() => this.#update());
    this.#subscriptions = [
      () => editors.dispose(),
      session.on('change', (change) => {
        if (session.state.status === 'connected') for (const id of kind.removed(change)) this.#remove(id);
      }),
    ];
  }

  /**
   * Shows the log of a resource and follows it as long as it is on screen. `name` is that of the channel; `source` leaves
   * only the lines of one source of the log.
   */
  show(id: string, name: string, source?: string): void {
    const channel = this.#channelOf(id, name, source);
    channel.expectedUntil = Date.now() + shownWithinMs;
    channel.output.show(true);
    channel.follower.resume();
    // One that is on screen already makes no news of it.
    this.#update();
    setTimeout(() => this.#update(), shownWithinMs);
  }

  /** Whether a log is being read now: for tests. */
  isFollowing(id: string): boolean {
    return this.#channels.get(id)?.follower.following ?? false;
  }

  /** The resource whose log a document shows. */
  idOf(uri: vscode.Uri): string | undefined {
    if (uri.scheme !== 'output') return undefined;
    for (const [id, { name }] of this.#channels) if (isOutputOf(uri.path, this.#extensionId, name)) return id;
    return undefined;
  }

  dispose(): void {
    for (const end of this.#subscriptions) end();
    for (const id of this.#channels.keys()) this.#remove(id);
  }

  #channelOf(id: string, name: string, source: string | undefined): LogChannel {
    const known = this.#channels.get(id);
    if (known?.name === name && known.source === source) return known;
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
    const channel = { name, source, output, follower, expectedUntil: 0 };
    this.#channels.set(id, channel);
    return channel;
  }

  #update(): void {
    const shown = vscode.window.visibleTextEditors.map((editor) => editor.document.uri);
    for (const channel of this.#channels.values()) {
      if (shown.some((uri) => uri.scheme === 'output' && isOutputOf(uri.path, this.#extensionId, channel.name))) {
        channel.expectedUntil = 0;
        channel.follower.resume();
      } else if (Date.now() >= channel.expectedUntil) {
        channel.follower.pause();
      }
    }
  }

  #remove(id: string): void {
    const channel = this.#channels.get(id);
    if (channel === undefined) return;
    this.#channels.delete(id);
    channel.follower.pause();
    channel.output.dispose();
  }
}
