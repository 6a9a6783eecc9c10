import { watch } from 'node:fs';
import { DevyardError, errnoOf, messageOf } from '../../shared/errors.ts';

export interface FolderWatch {
  close(): void;
}

/** How this system tells of changes. */
export interface WatchPort {
  /**
   * One watch sees the whole tree below it. macOS and Windows can do that; there, a watch for each folder would cost a
   * thread's worth of handles, and on Windows it would keep folders from being renamed. Linux has only watches of one folder.
   */
  readonly recursive: boolean;
  /**
   * Watches a folder, `deep` (only where that is possible): all that is in it. `onName` gets the name of what changed, relative to the
   * folder; null where the system does not say. Throws system errors, or tells them to `onError` later.
   */
  open(
    folder: string,
    deep: boolean,
    onName: (name: string | null) => void,
    onError: (error: unknown) => void,
  ): FolderWatch;
}

export function systemWatchPort(system: NodeJS.Platform = process.platform): WatchPort {
  const recursive = system === 'darwin' || system === 'win32';
  return {
    recursive,
    open(folder, deep, onName, onError) {
      const watcher = watch(folder, { persistent: false, recursive: deep }, (_event, name) => onName(name));
      watcher.on('error', onError);
      return watcher;
    },
  };
}

/** The system has no watches left: ENOSPC is Linux's word for it, EMFILE everybody's. */
export function isWatchLimit(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOSPC' || errno === 'EMFILE' || errno === 'ENFILE';
}

/** What a person can do about it. `pollMs` is how often the files are looked at instead. */
export function watchLimitError(error: unknown, root: string, pollMs: number): DevyardError {
  const instead = `Until then they are looked at every ${String(pollMs / 1000)} s.`;
  return new DevyardError('unavailable', `The files in ${root} cannot be watched: ${messageOf(error)}.`, {
    hint: `${fixOf(errnoOf(error), process.platform)} Then start the project anew. ${instead}`,
    cause: error,
  });
}

export function fixOf(errno: string | undefined, system: NodeJS.Platform): string {
  if (system !== 'linux') return 'Raise the number of files that may be open (ulimit -n).';
  if (errno === 'ENOSPC') {
    return 'Raise the limit of watches (fs.inotify.max_user_watches): sudo sysctl fs.inotify.max_user_watches=524288.';
  }
  return (
    'Raise the limits of watchers: sudo sysctl fs.inotify.max_user_instances=1024 ' +
    '(and fs.inotify.max_user_watches=524288), or of open files: ulimit -n.'
  );
}
