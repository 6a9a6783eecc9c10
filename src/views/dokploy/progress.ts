import * as vscode from 'vscode';
import type { Workspace } from '../../api/contract/dokploy.ts';
import type { Job } from '../../api/contract/jobs.ts';
import { Failure } from '../shared/errorView.ts';
import { jobText } from '../shared/jobText.ts';
import { endOfJob } from '../shared/followJob.ts';
import { commandUri } from '../shared/format.ts';
import type { Session } from '../shared/session.ts';
import { dokployViewId } from './host.ts';

/** What takes longer is told by a notification, too; the view's own bar moves at once. */
const noticeMs = 1500;

/** What work that goes on can say and hear. */
export interface Going {
  /** Aborted by the notification's *Cancel*. */
  readonly signal: AbortSignal;
  readonly report: (message: string) => void;
}

/**
 * Works under the view's own bar and, when it takes its time, under a notification with *Cancel*. What a cancelled work does
 * is its own matter: it gets a signal.
 */
export async function whileWorking<Result>(title: string, work: (going: Going) => Promise<Result>): Promise<Result> {
  const cancelled = new AbortController();
  let last = '';
  let tell = (message: string): void => {
    last = message;
  };
  const going = work({ signal: cancelled.signal, report: (message) => tell(message) });
  // Whoever awaits the result hears of a failure; the bars must not.
  const over = going.then(
    () => true,
    () => true,
  );
  void vscode.window.withProgress({ location: { viewId: dokployViewId } }, () => over);
  if (!(await Promise.race([over, passed(noticeMs)]))) {
    const location = vscode.ProgressLocation.Notification;
    void vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
      token.onCancellationRequested(() => cancelled.abort());
      tell = (message) => progress.report({ message });
      tell(last);
      await over;
    });
  }
  return await going;
}

/** A job that this window began for a workspace. */
export interface WorkspaceWork {
  /** Such as *Starting api-box*. */
  readonly title: string;
  /** A whole clause without a full stop, such as *Could not start api-box*. */
  readonly failure: string;
  readonly workspace: Workspace;
  readonly job: Job;
  readonly retry?: () => unknown;
}

/**
 * Follows a job to its end; *Cancel* really ends it. True when it succeeded, false when it was cancelled or nobody knows what
 * became of it. Throws a Failure when nothing came of it.
 */
export async function followWork(session: Session, work: WorkspaceWork): Promise<boolean> {
  const { l10n } = vscode;
  const { workspace, job, failure, retry } = work;
  const log = `[${l10n.t('Show Log')}](${commandUri('devyard.dokploy.showDeployLog', workspace.id)})`;
  const ended = await whileWorking(`${work.title} (${log})`, async ({ signal, report }) => {
    signal.addEventListener('abort', () => void cancelJob(session, job).catch(() => undefined));
    return await endOfJob(session, job, (now) => report(jobText(now, l10n)));
  });
  switch (ended?.state.status) {
    case 'failed': {
      const options = { workspaceId: workspace.id, ...(retry === undefined ? {} : { retry }) };
      throw new Failure(failure, ended.state.error, options);
    }
    case 'partial':
      void vscode.window.showWarningMessage(`${failure}: ${ended.state.error.message}`);
      return true;
    case 'succeeded':
      return true;
    case 'cancelled':
    case 'running':
    case undefined:
  }
  return false;
}

/** Ends a job for real. One that has ended already is fine. */
export async function cancelJob(session: Session, { id }: Job): Promise<void> {
  const { client } = await session.connect();
  await client.call('jobs.cancel', { params: { id } });
}

async function passed(ms: number): Promise<false> {
  return await new Promise<false>((resolve) => {
    setTimeout(() => resolve(false), ms);
  });
}
