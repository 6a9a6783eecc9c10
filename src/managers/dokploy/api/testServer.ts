import type { ServerProblem } from '../model.ts';
import { DokployFailure, isDokployFailure } from './failure.ts';
import { explainKey, judgeKey, type KeyHistory, problemOf } from './keyCheck.ts';
import type { CallOptions, DokployApi, KeyOwner } from './types.ts';

export interface ServerTestOptions extends CallOptions {
  readonly history: KeyHistory;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type ServerTest = {
  /** What works in a limited way, for people. */
  readonly notes: readonly string[];
  readonly history: KeyHistory;
} & (
  | { readonly failure: undefined; readonly problem: undefined; readonly version: string }
  | { readonly failure: DokployFailure; readonly problem: ServerProblem; readonly version: string | null }
);

/**
 * Asks a server everything that tells what is wrong with it or with the key: first without the key, then as often as a
 * limited key does not bear. Calls go one after the other, for which of them is refused first is what tells. Rejects only
 * when it was cancelled.
 */
export async function testServer(api: DokployApi, { history, now, signal }: ServerTestOptions): Promise<ServerTest> {
  const notes: string[] = [];
  let version: string | null = null;
  let letIn = 0;

  /** A call whose denial is a note; other failures are thrown. */
  async function ask<T>(call: (options: CallOptions) => Promise<T>, ifDenied?: string): Promise<T | undefined> {
    try {
      const answer = await call({ signal });
      letIn += 1;
      return answer;
    } catch (error) {
      // A key that is denied something was taken; so was one of a server that does not know the call.
      if (isDokployFailure(error, 'forbidden', 'unknown-call')) {
        letIn += 1;
        if (ifDenied !== undefined) {
          notes.push(ifDenied);
          return undefined;
        }
      }
      throw error;
    }
  }

  try {
    await api.health({ signal });
    const told = (await ask((options) => api.version(options))) ?? '';
    version = told;
    await ask((options) => api.projects(options));
    await ask((options) => api.targetServers(options), withoutServers);
    const owner = await ask((options) => api.keyOwner(options), withoutOwner);
    if ((await ask((options) => api.queue(options))) === undefined) notes.push(withoutQueue);
    // Only to have asked once more than a limited key bears.
    await ask((options) => api.version(options));
    notes.push(...notesOnVersion(told), ...(owner === undefined ? [] : notesOnOwner(owner)));
    const verdict = judgeKey(letIn, false, history, now);
    return { failure: undefined, problem: undefined, version: told, notes, history: verdict.history };
  } catch (error) {
    if (!(error instanceof DokployFailure) || error.kind === 'cancelled') throw error;
    const wasRefused = error.kind === 'unauthorized';
    const verdict = judgeKey(letIn, wasRefused, history, now);
    const failure = verdict.problem === undefined ? error : explainKey(error, verdict.problem);
    const problem = verdict.problem ?? problemOf(error, history, now);
    return { failure, problem, version, notes, history: verdict.history };
  }
}

const withoutServers =
  'This key may not list the servers of Dokploy: workspaces can only be made on the Dokploy machine itself.';
const withoutOwner = 'This key does not tell what its owner may do.';
const withoutQueue =
  'This key may not see the queue of deployments: a workspace that waits there looks as if it were idle.';

function notesOnOwner(owner: KeyOwner): string[] {
  return [
    ...(owner.mayCreateServices ? [] : ['The owner of this key may not create services, so no workspaces either.']),
    ...(owner.mayCreateProjects ? [] : ['The owner of this key may not create projects: choose one that is there.']),
    ...(owner.mayDeleteServices ? [] : ['The owner of this key may not delete services, so no workspaces either.']),
    ...(owner.maySeeContainers
      ? []
      : ['The owner of this key may not see containers: whether a workspace runs cannot be told.']),
  ];
}

/** The oldest version whose answers were seen. */
const oldest = [0, 30] as const;

function notesOnVersion(version: string): string[] {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return [];
  const isOlder = Number(major) < oldest[0] || (Number(major) === oldest[0] && Number(minor) < oldest[1]);
  return isOlder ? [`Devyard is made for Dokploy ${oldest.join('.')} and later; this one is ${version}.`] : [];
}
