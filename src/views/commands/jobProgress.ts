import * as vscode from 'vscode';
import type { CodeServer } from '../../api/contract/codeServers.ts';
import type { Job } from '../../api/contract/jobs.ts';
import { failedItems, jobText } from '../shared/jobText.ts';
import { Failure } from '../shared/errorView.ts';
import { endOfJob, endOfStart } from '../shared/followJob.ts';
import { commandUri } from '../shared/format.ts';
import type { Session } from '../shared/session.ts';

/** Work that this window began, shown under a notification. */
export interface Work {
  /** Such as *Creating api*. */
  readonly title: string;
  /** A whole clause without a full stop, such as *Could not create api*. */
  readonly failure: string;
  readonly target: CodeServer;
  /** Undefined: there is nothing left to do but to start it. */
  readonly job: Job | undefined;
  /** Whether the daemon starts the code-server when the job is done. */
  readonly starts: boolean;
  readonly retry: () => unknown;
}

/**
 * Follows work to its end, with a *Cancel* that really ends it. Gives the code-server as it is then; undefined when it is
 * gone or the work was cancelled. Throws a Failure when nothing came of it.
 */
export async function followWork(session: Session, work: Work): Promise<CodeServer | undefined> {
  const { target, job } = work;
  const logs = `[${vscode.l10n.t('Show Logs')}](${commandUri('devyard.codeServer.showLogs', target.id)})`;
  const location = vscode.ProgressLocation.Notification;
  const title = `${work.title} (${logs})`;
  return await vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
    const cancelled = new Promise<undefined>((resolve) => {
      token.onCancellationRequested(async () => {
        await cancel(session, target, job).catch(() => undefined);
        resolve(undefined);
      });
    });
    if (job !== undefined) {
      const ended = await endOfJob(session, job, (now) => progress.report({ message: jobText(now, vscode.l10n) }));
      if (ended === undefined) return undefined;
      if (!tellEnd(session, work, ended, token.isCancellationRequested)) return undefined;
    }
    const known = (job && session.snapshot.codeServers.get(target.id)) ?? target;
    // Somebody stopped it already.
    if (!work.starts || (job !== undefined && known.state.status === 'stopped')) return known;
    const starting = endOfStart(session, known, (message) => progress.report({ message }));
    const started = await Promise.race([starting, cancelled]);
    if (token.isCancellationRequested) return undefined;
    if (started?.state.status === 'failed') {
      const { reason, hint } = started.state;
      const options = {
        codeServerId: target.id,
        retry: () => vscode.commands.executeCommand('devyard.codeServer.start', target.id),
      };
      throw new Failure(vscode.l10n.t('Could not start {0}', target.name), { message: reason, hint }, options);
    }
    return started;
  });
}

/** Ends what is going on now: the job, else the start. */
async function cancel(session: Session, { id }: CodeServer, job: Job | undefined): Promise<void> {
  const { client } = await session.connect();
  const ended = job === undefined ? undefined : session.snapshot.jobs.get(job.id);
  if (job !== undefined && (ended === undefined || ended.state.status === 'running')) {
    const { state } = await client.call('jobs.cancel', { params: { id: job.id } });
    if (state.status === 'cancelled') return;
  }
  await client.call('codeServers.stop', { params: { id } });
}

/**
 * Says how a job ended, where that is not plain to see; `cancelledHere`: by this notification's button. True when there is
 * something to go on with.
 */
function tellEnd(session: Session, work: Work, job: Job, cancelledHere: boolean): boolean {
  const { target, failure, retry } = work;
  const { state } = job;
  const now = session.snapshot.codeServers.get(target.id);
  switch (state.status) {
    case 'failed':
      throw new Failure(failure, state.error, now === undefined ? { retry } : { codeServerId: target.id, retry });
    case 'cancelled':
      // Whoever deletes a code-server cancels its jobs, too; it would be wrong to say then that it stays.
      if (cancelledHere && now !== undefined) tellCancelled(now);
      return false;
    case 'partial':
      void tellPartial(now ?? target, job);
      return true;
    case 'running':
    case 'succeeded':
  }
  return true;
}

/** The answer to a person who cancelled a job of a code-server that is there all the same. */
export function tellCancelled({ name }: CodeServer): void {
  const text = vscode.l10n.t('Cancelled. {0} stays, with what was done so far.', name);
  void vscode.window.showInformationMessage(text);
}

/** Names what failed and why; *Try Again* installs just that. */
async function tellPartial(target: CodeServer, job: Job): Promise<void> {
  const { l10n } = vscode;
  const failed = failedItems(job);
  const reasons = failed.map(({ name, message }) => (message === undefined ? name : `${name}: ${message}`));
  const text = l10n.t(
    '{0} of {1} extensions could not be installed in {2}. {3}',
    failed.length,
    job.items.length,
    target.name,
    reasons.join(' '),
  );
  const [tryAgain, showLogs] = [l10n.t('Try Again'), l10n.t('Show Logs')];
  const chosen = await vscode.window.showWarningMessage(text, tryAgain, showLogs);
  if (chosen === showLogs) await vscode.commands.executeCommand('devyard.codeServer.showLogs', target.id);
  if (chosen === tryAgain) {
    const names = failed.map(({ name }) => name);
    await vscode.commands.executeCommand('devyard.codeServer.installExtensions', target.id, names);
  }
}
