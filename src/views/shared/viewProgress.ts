import * as vscode from 'vscode';
import type { Job } from '../../api/contract/jobs.ts';
import type { Session } from './session.ts';
import { isRunning } from './snapshot.ts';

/** The bar of a view moves while the daemon works on something that `concerns` it, whoever asked for it. */
export function showWork(session: Session, viewId: string, concerns: (job: Job) => boolean): vscode.Disposable {
  let done: (() => void) | undefined;
  const update = (): void => {
    const busy = [...session.snapshot.jobs.values()].some((job) => isRunning(job) && concerns(job));
    if (busy && done === undefined) {
      const location = { viewId };
      void vscode.window.withProgress({ location }, () => new Promise<void>((resolve) => (done = resolve)));
    } else if (!busy) {
      done?.();
      done = undefined;
    }
  };
  const end = session.on('change', ({ jobs }) => {
    if (jobs.length > 0) update();
  });
  update();
  return new vscode.Disposable(() => {
    end();
    done?.();
  });
}
