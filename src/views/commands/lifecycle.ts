import * as vscode from 'vscode';
import type { CodeServer } from '../../api/contract/codeServers.ts';
import { can } from '../codeServers/actions.ts';
import { Failure } from '../shared/errorView.ts';
import type { Session } from '../shared/session.ts';
import type { CommandFamily } from './ids.ts';
import { targetOf } from './target.ts';

/** Start, stop and restart. The row in the tree shows how far it is; the view's own bar shows that something is going on. */
export function lifecycleCommands(
  session: Session,
): CommandFamily<'devyard.codeServer.start' | 'devyard.codeServer.stop' | 'devyard.codeServer.restart'> {
  const { l10n } = vscode;
  return {
    'devyard.codeServer.start': async (...args) => {
      const target = await targetOf(session, args, {
        placeholder: l10n.t('Which code-server to start?'),
        none: l10n.t('There is no code-server that could be started.'),
        filter: ({ state }) => can('start', state.status),
      });
      if (target !== undefined) await inView(() => startAndWait(session, target));
    },
    'devyard.codeServer.stop': async (...args) => {
      const target = await targetOf(session, args, {
        placeholder: l10n.t('Which code-server to stop?'),
        none: l10n.t('No code-server is running.'),
        filter: ({ state }) => can('stop', state.status),
      });
      if (target !== undefined) await inView(() => stop(session, target));
    },
    'devyard.codeServer.restart': async (...args) => {
      const target = await targetOf(session, args, {
        placeholder: l10n.t('Which code-server to restart?'),
        none: l10n.t('No code-server is running.'),
        filter: ({ state }) => can('restart', state.status),
      });
      if (target !== undefined) await inView(() => restart(session, target));
    },
  };
}

/** Starts a code-server and resolves when it answers. Aborting ends the waiting only. */
export async function startAndWait(
  session: Session,
  { id, name }: CodeServer,
  signal?: AbortSignal,
): Promise<CodeServer> {
  try {
    const { client } = await session.connect();
    const options = signal === undefined ? {} : { signal };
    return await client.call('codeServers.start', { params: { id }, body: { wait: true } }, options);
  } catch (error) {
    throw new Failure(vscode.l10n.t('Could not start {0}', name), error, {
      codeServerId: id,
      retry: () => vscode.commands.executeCommand('devyard.codeServer.start', id),
    });
  }
}

export async function stop(session: Session, { id, name }: CodeServer): Promise<void> {
  try {
    const { client } = await session.connect();
    await client.call('codeServers.stop', { params: { id } });
  } catch (error) {
    throw new Failure(vscode.l10n.t('Could not stop {0}', name), error, { codeServerId: id });
  }
}

/**
 * Starts a code-server under a notification that says what it is doing. *Cancel* really stops it again.
 * Undefined when it was cancelled.
 */
export async function startWithProgress(session: Session, target: CodeServer): Promise<CodeServer | undefined> {
  const title = vscode.l10n.t('Starting {0}', target.name);
  const location = vscode.ProgressLocation.Notification;
  return await vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
    const tellStep = (): void => {
      const state = session.snapshot.codeServers.get(target.id)?.state;
      if (state?.status === 'starting') progress.report({ message: state.step });
    };
    tellStep();
    const end = session.on('change', ({ changed }) => {
      if (changed.includes(target.id)) tellStep();
    });
    const waiting = new AbortController();
    token.onCancellationRequested(() => waiting.abort());
    try {
      return await startAndWait(session, target, waiting.signal);
    } catch (error) {
      if (!token.isCancellationRequested) throw error;
      await stop(session, target);
      return undefined;
    } finally {
      end();
    }
  });
}

async function restart(session: Session, { id, name }: CodeServer): Promise<void> {
  try {
    const { client } = await session.connect();
    await client.call('codeServers.restart', { params: { id }, body: { wait: true } });
  } catch (error) {
    throw new Failure(vscode.l10n.t('Could not restart {0}', name), error, {
      codeServerId: id,
      retry: () => vscode.commands.executeCommand('devyard.codeServer.start', id),
    });
  }
}

function inView<Result>(work: () => Promise<Result>): Thenable<Result> {
  return vscode.window.withProgress({ location: { viewId: 'devyard.codeServers' } }, work);
}
