import type { ExitWatcher } from './exitWatcher.ts';
import { RunTree, type StopDeps } from './stop.ts';
import { stampKey } from './tree.ts';
import {
  runVariable,
  type ProcessExit,
  type ProcessIdentity,
  type ProcessPlatform,
  type RunningProcess,
  type RunRecord,
} from './types.ts';

export interface AdoptDeps extends StopDeps {
  /** The host this daemon runs on, as run records name it. */
  readonly hostId: string;
  readonly watcher: ExitWatcher;
}

/**
 * Takes over the process of a former daemon's run: the one with the recorded pid and start time, or, when the daemon was
 * killed between intent and record, the one that carries the run's id. Undefined when it is not there any more.
 * Signals nobody.
 */
export async function adopt(record: RunRecord, deps: AdoptDeps): Promise<RunningProcess | undefined> {
  const { platform, watcher } = deps;
  if (record.hostId !== deps.hostId || record.bootId !== platform.bootId) return undefined;
  const identity =
    record.pid === undefined || record.startTime === undefined
      ? await findUnrecorded(record, platform)
      : await findRecorded(record, record.pid, record.startTime, deps);
  if (identity === undefined) return undefined;
  const tree = new RunTree(record.runId, identity, deps);
  const exited = new Promise<ProcessExit>((resolve) => {
    watcher.watch(identity, () => resolve({ kind: 'vanished' }));
  });
  await tree.remember();
  return {
    runId: record.runId,
    identity,
    adopted: true,
    exited,
    async stop(graceMs, first) {
      await tree.stop(graceMs, first);
      await watcher.check();
      return exited;
    },
  };
}

/**
 * Ends what is left of a run whose leader is gone and so cannot be adopted; TERM, then KILL after `graceMs`.
 * Does nothing when the record is of another host or boot.
 */
export async function endLeftovers(record: RunRecord, graceMs: number, deps: AdoptDeps): Promise<void> {
  if (record.hostId !== deps.hostId || record.bootId !== deps.platform.bootId) return;
  const { pid, startTime } = record;
  const claimed = pid === undefined || startTime === undefined ? undefined : { pid, startTime };
  // A forged record names a stranger that lives: its pid must not lead us to anybody.
  const alive = claimed === undefined ? undefined : await deps.platform.identify(claimed.pid);
  const stranger = alive !== undefined && !(await isOurs(record, alive, deps.platform));
  await new RunTree(record.runId, stranger ? undefined : claimed, deps).stop(graceMs);
}

async function findRecorded(
  record: RunRecord,
  pid: number,
  startTime: string,
  deps: AdoptDeps,
): Promise<ProcessIdentity | undefined> {
  const { platform, selfPid } = deps;
  if (!Number.isSafeInteger(pid) || pid <= 1 || pid === selfPid) return undefined;
  const live = await platform.identify(pid);
  if (live?.startTime !== startTime) return undefined;
  return (await isOurs(record, live, platform)) ? live : undefined;
}

/**
 * A record can be forged with a stranger's true pid and start time, so the process must also carry the run's id, or, where
 * its environment cannot be read or was replaced (`env -i …`), the recorded arguments.
 */
async function isOurs(record: RunRecord, identity: ProcessIdentity, platform: ProcessPlatform): Promise<boolean> {
  const holds = await quietly(platform.environmentHolds(identity.pid, runVariable, record.runId));
  if (holds === true) return true;
  const args = await quietly(platform.commandLine(identity.pid));
  if (holds === undefined && args === undefined) return true;
  return args !== undefined && sameArguments(args, record.command);
}

async function findUnrecorded(record: RunRecord, platform: ProcessPlatform): Promise<ProcessIdentity | undefined> {
  const marked = await platform.findByEnvironment(runVariable, record.runId);
  const rows = new Map((await platform.table()).map((row) => [stampKey(row), row]));
  const pids = new Set(marked.map((each) => each.pid));
  // The leader leads a group and its parent is none of the run. So may a daemonised grandchild; the arguments decide.
  const roots = marked.filter((each) => {
    const row = rows.get(stampKey(each));
    return row?.alive === true && !pids.has(row.ppid) && (row.pgid === row.pid || row.pgid === 0);
  });
  for (const root of roots) {
    const args = await quietly(platform.commandLine(root.pid));
    if (args !== undefined && sameArguments(args, record.command)) return root;
  }
  // Programs may rewrite their arguments (process.title); the only candidate is the leader then.
  return roots.length === 1 ? roots[0] : undefined;
}

/** A script's interpreter stands before the recorded arguments, and its full path in place of a bare command name. */
function sameArguments(actual: readonly string[], recorded: readonly string[]): boolean {
  const [command, ...args] = recorded;
  if (command === undefined || actual.length < recorded.length) return false;
  const at = actual.length - recorded.length;
  const name = actual[at] ?? '';
  const base = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return base(name) === base(command) && args.every((arg, index) => actual[at + 1 + index] === arg);
}

/** What cannot be read proves nothing either way. */
function quietly<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch(() => undefined);
}
