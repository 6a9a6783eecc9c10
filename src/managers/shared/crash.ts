import type { DaemonLog } from './daemonLog.ts';

/** EX_SOFTWARE of sysexits.h. */
const internalError = 70;

/** Crash-only: whatever nobody caught is written down and ends the process. What runs goes on; the next daemon adopts it. */
export function exitOnCrash(log: DaemonLog): void {
  const crashed = (error: unknown): void => {
    log.error(error);
    process.exit(internalError);
  };
  process.on('uncaughtException', crashed);
  process.on('unhandledRejection', crashed);
}
