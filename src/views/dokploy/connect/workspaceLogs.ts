import * as vscode from 'vscode';
import type { Workspace } from '../../../api/contract/dokploy.ts';
import { formatLocalIso } from '../../shared/format.ts';
import type { Session } from '../../shared/session.ts';
import { type FilledChannel, ShownChannels } from '../../shared/shownChannels.ts';
import { whenConnected } from '../../shared/whenConnected.ts';
import { TextFollower } from './textFollower.ts';

export type LogSource = 'deploy' | 'container';

const firstLines = 1000;

interface LogChannel extends FilledChannel {
  readonly workspaceId: string;
  readonly follower: TextFollower;
}

/**
 * The deploy log and the container log of each workspace: an output channel each, made when it is first asked for and read
 * only while it is on screen.
 */
export class WorkspaceLogs implements vscode.Disposable {
  readonly #session: Session;
  readonly #channels: ShownChannels<LogChannel>;
  readonly #subscriptions: (() => void)[];

  constructor(session: Session, extensionId: string) {
    this.#session = session;
    const channels = new ShownChannels<LogChannel>(extensionId);
    this.#channels = channels;
    this.#subscriptions = [
      session.on('change', ({ dokploy }) => {
        for (const [key, { workspaceId, follower }] of channels.entries()) {
          if (dokploy.workspaces.includes(workspaceId)) follower.look();
          const isGone = session.state.status === 'connected' && dokploy.removedWorkspaces.includes(workspaceId);
          if (isGone) channels.remove(key);
        }
      }),
      session.on('state', ({ status }) => {
        if (status === 'connected') for (const [, { follower }] of channels.entries()) follower.look();
      }),
    ];
  }

  /** Shows a log and follows it as long as it is on screen. */
  show(workspace: Workspace, source: LogSource): void {
    const key = keyOf(workspace.id, source);
    this.#open(key, workspace, source);
    this.#channels.show(key);
  }

  /** Whether a log is being read now: for tests. */
  isFollowing(workspaceId: string, source: LogSource): boolean {
    return this.#channels.get(keyOf(workspaceId, source))?.follower.following ?? false;
  }

  dispose(): void {
    for (const end of this.#subscriptions) end();
    this.#channels.dispose();
  }

  #open(key: string, workspace: Workspace, source: LogSource): void {
    const name = channelName(this.#uniqueName(workspace), source);
    const known = this.#channels.get(key);
    if (known?.name === name) return;
    // A channel cannot be renamed.
    this.#channels.remove(key);
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
    this.#channels.set(key, { workspaceId: workspace.id, name, output, follower });
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
}

function keyOf(workspaceId: string, source: LogSource): string {
  return `${workspaceId}/${source}`;
}

/** A code-server or project may have the name of a workspace: their channels must not. */
function channelName(name: string, source: LogSource): string {
  const { l10n } = vscode;
  return source === 'deploy' ? l10n.t('{0} (deploy log)', name) : l10n.t('{0} (container log)', name);
}
