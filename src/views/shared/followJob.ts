import type { CodeServer } from '../../api/contract/codeServers.ts';
import type { Job } from '../../api/contract/jobs.ts';
import type { Session } from './session.ts';
import { isRunning } from './snapshot.ts';

/**
 * Follows a job until it has ended; `onStep` is told whatever it says meanwhile. A daemon that is killed and comes back goes
 * on with the job, and so does this. Undefined when the daemon was stopped, or nobody knows the job any more.
 */
export async function endOfJob(session: Session, begun: Job, onStep: (job: Job) => void): Promise<Job | undefined> {
  if (!isRunning(begun)) return begun;
  return await new Promise<Job | undefined>((resolve) => {
    const look = (): void => {
      const job = session.snapshot.jobs.get(begun.id);
      if (job === undefined) void ask();
      else if (isRunning(job)) onStep(job);
      else settle(job);
    };
    // Its beginning or its end may have been told before anybody listened.
    const ask = async (): Promise<void> => {
      try {
        const job = await session.connection?.client.call('jobs.get', { params: { id: begun.id } });
        if (job !== undefined && !isRunning(job)) settle(job);
      } catch (error) {
        if ((error as { code?: unknown }).code === 'not-found') settle(undefined);
      }
    };
    const settle = (job: Job | undefined): void => {
      for (const end of subscriptions) end();
      resolve(job);
    };
    const subscriptions = [
      session.on('change', ({ jobs }) => {
        if (jobs.some(({ id }) => id === begun.id)) look();
      }),
      session.on('state', ({ status }) => {
        if (status === 'down' || status === 'idle') settle(undefined);
        if (status === 'connected') look();
      }),
    ];
    onStep(begun);
    look();
  });
}

/**
 * Follows a code-server that is being started until it runs, has failed or was stopped; `onStep` is told what it is doing.
 * Undefined when it was deleted or the daemon was stopped.
 */
export async function endOfStart(
  session: Session,
  begun: CodeServer,
  onStep: (step: string) => void,
): Promise<CodeServer | undefined> {
  return await new Promise<CodeServer | undefined>((resolve) => {
    // What is known may be a moment older than `begun`, and not have begun to start.
    let seen = false;
    const look = (): void => {
      const codeServer = session.snapshot.codeServers.get(begun.id) ?? begun;
      const { state } = codeServer;
      if (state.status === 'starting') {
        seen = true;
        onStep(state.step);
      } else if (['running', 'unhealthy', 'failed'].includes(state.status) || (seen && state.status === 'stopped')) {
        settle(codeServer);
      }
    };
    const settle = (codeServer: CodeServer | undefined): void => {
      for (const end of subscriptions) end();
      resolve(codeServer);
    };
    const subscriptions = [
      session.on('change', ({ changed, removed }) => {
        if (removed.includes(begun.id)) settle(undefined);
        else if (changed.includes(begun.id)) look();
      }),
      session.on('state', ({ status }) => {
        if (status === 'down' || status === 'idle') settle(undefined);
      }),
    ];
    look();
  });
}
