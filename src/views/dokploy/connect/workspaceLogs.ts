import * as vscode from 'vscode';
import type { Workspace } from '../../../api/contract/dokploy.ts';
import { formatLocalIso } from '../../shared/format.ts';
import { isOutputOf } from '../../shared/outputDocument.ts';
import type { Session } from '../../shared/session.ts';
import { whenConnected } from '../../shared/whenConnected.ts';
import { TextFollower } from './textFollower.ts';

export type LogSource = 'deploy' | 'container';

/** The editor shows a channel a moment after it was asked to. */
const shownWithinMs = 5000;
const firstLines = 1000;

interface LogChannel {
  readonly workspaceId: string;
  readonly name: string;
  readonly output: vscode.OutputChannel;
  readonly follower: TextFollower;
  /** Until then it is taken for visible although no editor shows it yet. Milliseconds since the epoch. */
  expectedUntil: number;
}

/**
 * The deploy log and the container log of each workspace: an output channel each, made when it is first asked for and read
 * only while it is on screen.
 */
export class WorkspaceLogs implements vscode.Disposable {
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
      session.on('change', ({ dokploy }) => {
        for (const { workspaceId, follower } of this.#channels.values()) {
          if (dokploy.workspaces.includes(workspaceId)) follower.look();
        }
        if (session.state.status !== 'connected') return;
        for (const [key, { workspaceId }] of this.#channels) {
          if (dokploy.removedWorkspaces.includes(workspaceId)) this.#remove(key);
        }
      }),
      session.on('state', ({ status }) => {
        if (status === 'connected') for (const { follower } of this.#channels.values()) follower.look();
      }),
    ];
  }

  /** Shows a log and follows it as long as it is on screen. */
  show(workspace: Workspace, source: LogSource): void {
    const channel = this.#channelOf(workspace, source);
    channel.expectedUntil = Date.now() + shownWithinMs;
    channel.output.show(true);
    channel.follower.resume();
    // One that is on screen already makes no news of it.
    this.#update();
    setTimeout(() => this.#update(), shownWithinMs);
  }

  /** Whether a log is being read now: for tests. */
  isFollowing(workspaceId: string, source: LogSource): boolean {
    return this.#channels.get(keyOf(workspaceId, source))?.follower.following ?? false;
  }

  dispose(): void {
    for (const end of this.#subscriptions) end();
    for (const key of this.#channels.keys()) this.#remove(key);
  }

  #channelOf(workspace: Workspace, source: LogSource): LogChannel {
    const key = keyOf(workspace.id, source);
    const name = channelName(this.#uniqueName(workspace), source);
    const known = this.#channels.get(key);
    if (known?.name === name) return known;
    // A channel cannot be renamed.
    if (known !== undefined) this.#remove(key);
    const output = vscode.window.createOutputChannel(name, 'log');
    const follower = new TextFollower(
      {
        read: async (signal) => {
          const { client } = await whenConnected(this.#session, signal);
          return client.workspaceLog(workspace.id, source, firstLines, signal);
        },
        replace: (text) => output.replace(text),
        append: (text) => output.append(text),
        note: (message) => {
          // Without a daemon the view says so already; the log goes on when there is one again.
          if (this.#session.state.status === 'connected') output.appendLine(`── ${message} ──`);
        },
      },
      () => `── ${this.#header(workspace, source)} ──\n`,
    );
    const channel = { workspaceId: workspace.id, name, output, follower, expectedUntil: 0 };
    this.#channels.set(key, channel);
    return channel;
  }

  /** Whose log it is, and since when it is followed. */
  #header(workspace: Workspace, source: LogSource): string {
    const place = this.#placeOf(workspace);
    const { name } = workspace;
    const { l10n } = vscode;
    const what =
      source === 'deploy'
        ? l10n.t('Deploy log of {0} ({1})', name, place)
        : l10n.t('Container log of {0} ({1})', name, place);
    return l10n.t('{0}, its newest lines at {1}', what, formatLocalIso(Date.now()));
  }

  #placeOf({ serverId, project, environment }: Workspace): string {
    const server = this.#session.snapshot.dokployServers.get(serverId)?.name ?? '';
    return [server, project.name, environment.name].filter((part) => part !== '').join(' / ');
  }

  /** Workspaces of two servers may have one name, but the editor tells channels apart by theirs. */
  #uniqueName(workspace: Workspace): string {
    const { id, name } = workspace;
    const others = [...this.#session.snapshot.workspaces.values()].filter((one) => one.id !== id);
    return others.some((one) => one.name === name) ? `${name} – ${this.#placeOf(workspace)}` : name;
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

  #remove(key: string): void {
    const channel = this.#channels.get(key);
    if (channel === undefined) return;
    this.#channels.delete(key);
    channel.follower.pause();
    channel.output.dispose();
  }
}

function keyOf(workspaceId: string, source: LogSource): string {
  return `${workspaceId}/${source}`;
}

/** A code-server or project may have the name of a workspace: their channels must not. */
function channelName(name: string, source: LogSource): string {
  const { l10n } = vscode;
  return source === 'deploy' ? l10n.t('{0} (deploy log)', name) : l10n.t('{0} (container log)', name);
}
