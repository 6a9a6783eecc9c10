import * as vscode from 'vscode';
import { LogFollower } from '../shared/logFollower.ts';
import { LogFormatter } from '../shared/logFormat.ts';
import { isOutputOf } from '../shared/outputDocument.ts';
import type { Session } from '../shared/session.ts';
import { whenConnected } from '../shared/whenConnected.ts';

/** The editor shows a channel a moment after it was asked to. */
const shownWithinMs = 5000;

interface LogChannel {
  readonly name: string;
  readonly output: vscode.OutputChannel;
  readonly follower: LogFollower;
  /** Until then it is taken for visible although no editor shows it yet. Milliseconds since the epoch. */
  expectedUntil: number;
}

/** One output channel a code-server, made when its log is first asked for and read only while it is on screen. */
export class LogChannels implements vscode.Disposable {
  readonly #session: Session;
  readonly #extensionId: string;
  readonly #channels = new Map<string, LogChannel>();
  readonly #subscriptions: (() => void)[];

  constructor(session: Session, extensionId: string) {
    this.#session = session;
    this.#extensionId = extensionId;
    const editors = vscode.window.onDidChangeVisibleTextEditors(() => this.#update());
    this.#subscriptions = [
      () => editors.dispose(),
      session.on('change', ({ removed }) => {
        for (const id of removed) if (session.state.status === 'connected') this.#remove(id);
      }),
    ];
  }

  /** Shows the log of a code-server and follows it as long as it is on screen. */
  show(id: string, name: string): void {
    const channel = this.#channelOf(id, name);
    channel.expectedUntil = Date.now() + shownWithinMs;
    channel.output.show(true);
    channel.follower.resume();
    setTimeout(() => this.#update(), shownWithinMs);
  }

  /** Whether a log is being read now: for tests. */
  isFollowing(id: string): boolean {
    return this.#channels.get(id)?.follower.following ?? false;
  }

  dispose(): void {
    for (const end of this.#subscriptions) end();
    for (const id of this.#channels.keys()) this.#remove(id);
  }

  #channelOf(id: string, name: string): LogChannel {
    const known = this.#channels.get(id);
    if (known?.name === name) return known;
    // A channel cannot be renamed: a renamed server gets a new one, which reads the log anew.
    this.#remove(id);
    const output = vscode.window.createOutputChannel(name, 'log');
    const formatter = new LogFormatter(vscode.l10n);
    const follower = new LogFollower(
      {
        tail: async (lines, signal) => {
          const { client } = await whenConnected(this.#session, signal);
          return client.call('codeServers.logs', { params: { id }, query: { lines } }, { signal });
        },
        follow: async (afterSeq, signal) =>
          (await whenConnected(this.#session, signal)).client.logs(id, afterSeq, signal),
      },
      (entries) => output.append(formatter.format(entries)),
      (message) => {
        // Without a daemon the view says so already; the log goes on when there is one again.
        if (this.#session.state.status === 'connected') output.appendLine(`── ${message} ──`);
      },
    );
    const channel = { name, output, follower, expectedUntil: 0 };
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
