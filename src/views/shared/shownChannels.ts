import * as vscode from 'vscode';
import { isOutputOf } from './outputDocument.ts';

/** The editor shows a channel a moment after it was asked to. */
const shownWithinMs = 5000;

/** An output channel, and what fills it. */
export interface FilledChannel {
  readonly name: string;
  readonly output: vscode.OutputChannel;
  readonly follower: { readonly following: boolean; readonly resume: () => void; readonly pause: () => void };
}

/** Output channels that are filled only while they are on screen. */
export class ShownChannels<Channel extends FilledChannel> implements vscode.Disposable {
  readonly #extensionId: string;
  readonly #channels = new Map<string, Channel>();
  /** Until when one is taken for visible although no editor shows it yet. Milliseconds since the epoch. */
  readonly #expected = new Map<string, number>();
  readonly #editors: vscode.Disposable;

  constructor(extensionId: string) {
    this.#extensionId = extensionId;
    this.#editors = vscode.window.onDidChangeVisibleTextEditors(() => this.#update());
  }

  get(key: string): Channel | undefined {
    return this.#channels.get(key);
  }

  entries(): readonly (readonly [string, Channel])[] {
    return [...this.#channels];
  }

  set(key: string, channel: Channel): void {
    this.#channels.set(key, channel);
  }

  /** Brings it on screen and fills it as long as it is there. */
  show(key: string): void {
    const channel = this.#channels.get(key);
    if (channel === undefined) return;
    this.#expected.set(key, Date.now() + shownWithinMs);
    channel.output.show(true);
    channel.follower.resume();
    // One that is on screen already makes no news of it.
    this.#update();
    setTimeout(() => this.#update(), shownWithinMs);
  }

  remove(key: string): void {
    const channel = this.#channels.get(key);
    if (channel === undefined) return;
    this.#channels.delete(key);
    this.#expected.delete(key);
    channel.follower.pause();
    channel.output.dispose();
  }

  /** The one that a document shows. */
  keyOf(uri: vscode.Uri): string | undefined {
    return this.entries().find(([, channel]) => this.#shows(uri, channel))?.[0];
  }

  dispose(): void {
    this.#editors.dispose();
    for (const key of this.#channels.keys()) this.remove(key);
  }

  #shows({ scheme, path }: vscode.Uri, { name }: Channel): boolean {
    return scheme === 'output' && isOutputOf(path, this.#extensionId, name);
  }

  #update(): void {
    const shown = vscode.window.visibleTextEditors.map((editor) => editor.document.uri);
    for (const [key, channel] of this.#channels) {
      if (shown.some((uri) => this.#shows(uri, channel))) {
        this.#expected.delete(key);
        channel.follower.resume();
      } else if (Date.now() >= (this.#expected.get(key) ?? 0)) {
        channel.follower.pause();
      }
    }
  }
}
