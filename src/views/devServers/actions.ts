import type { DevBuild, DevProcess, DevServer } from '../../api/contract/devServers.ts';

/** What can be done with a project now. The manifest's `when` clauses say the same; a test compares the two. */
export type DevAction = 'start' | 'stop' | 'restart' | 'rebuild' | 'open' | 'trust';

export function canDev(action: DevAction, devServer: DevServer): boolean {
  const { mode, stopping, builds, trusted } = devServer;
  const managed = mode === 'managed' && !stopping;
  switch (action) {
    case 'start':
      // What runs already is left alone, and what has failed is tried again.
      return mode !== 'external' && !stopping && (!isAlive(devServer) || hasGivenUp(devServer));
    case 'stop':
      return managed;
    case 'restart':
      return managed && isAlive(devServer);
    case 'rebuild':
      return managed && builds.length > 0;
    case 'open':
      return pagesOf(devServer).length > 0;
    case 'trust':
      return !trusted;
  }
}

/** Something of it runs, is about to, or watches for the change that repairs it. */
export function isAlive({ processes, builds }: DevServer): boolean {
  return processes.some(({ state }) => isProcessAlive(state)) || builds.some((build) => isBuildAlive(build));
}

/** Some part of it has failed and does nothing more by itself. */
export function hasGivenUp({ processes, builds }: DevServer): boolean {
  return (
    processes.some(({ state }) => state.status === 'error' && state.retryAt === undefined) ||
    builds.some(({ state, watching }) => state.status === 'error' && !watching)
  );
}

/** It is on the way from one lasting state to another. */
export function isDevBusy({ stopping, processes, builds }: DevServer): boolean {
  return (
    stopping ||
    processes.some(({ state }) => state.status === 'starting' || state.status === 'running') ||
    builds.some(({ state }) => state.status === 'starting' || state.status === 'building')
  );
}

/** Nothing of it runs because something failed for good: it takes a person to go on. */
export function isBlocked(devServer: DevServer): boolean {
  return devServer.status === 'error' && !devServer.stopping && !isAlive(devServer);
}

/** How many processes and builds have failed. */
export function failuresOf({ processes, builds }: DevServer): number {
  return [...processes, ...builds].filter(({ state }) => state.status === 'error').length;
}

export interface DevPage {
  /** The process that serves it; empty for a plugin that was started elsewhere. */
  readonly name: string;
  readonly url: string;
}

/** Addresses that a browser can be sent to now. */
export function pagesOf({ processes, mode, viteURL }: DevServer): readonly DevPage[] {
  const pages = processes.flatMap((process) => {
    const url = pageOf(process);
    return url === undefined ? [] : [{ name: process.name, url }];
  });
  return pages.length === 0 && mode === 'external' && viteURL !== undefined ? [{ name: '', url: viteURL }] : pages;
}

export function pageOf({ state }: DevProcess): string | undefined {
  return state.status === 'running' || state.status === 'ready' ? (state.run.url ?? undefined) : undefined;
}

function isProcessAlive(state: DevProcess['state']): boolean {
  if (state.status === 'error') return state.retryAt !== undefined;
  return state.status === 'starting' || state.status === 'running' || state.status === 'ready';
}

function isBuildAlive({ state, watching }: DevBuild): boolean {
  if (state.status === 'error' || state.status === 'ready') return watching;
  return state.status === 'starting' || state.status === 'building';
}
