import type { Clock } from '../clock.ts';
import { DevyardError, messageOf } from '../errors.ts';
import { signalMembers, type EndingSignal, type Kill } from './signals.ts';
import { groupSurvivors, protectedPids, runMembers, stampKey, type ProcessStamp } from './tree.ts';
import { runVariable, type PoliteSignal, type ProcessPlatform, type ProcessRow } from './types.ts';

export interface StopDeps {
  readonly platform: ProcessPlatform;
  readonly clock: Clock;
  readonly kill: Kill;
  /** The pid that must never be signalled, with its ancestors: this process. */
  readonly selfPid: number;
  /** How often, during a stop only, the members are looked at. Milliseconds. */
  readonly pollMs: number;
  /** How often, during a stop only, the whole table is searched for new members. Milliseconds. */
  readonly rescanMs: number;
  /** How long after the first KILL a stop gives up on what cannot be ended. Milliseconds. */
  readonly killTimeoutMs: number;
  /** Told about what cannot be ended or looked at, though the stop goes on. */
  readonly warn: (message: string) => void;
}

export const stopDefaults = {
  kill: (pid: number, signal: EndingSignal | 'SIGCONT'): void => {
    process.kill(pid, signal);
  },
  selfPid: process.pid,
  pollMs: 15,
  rescanMs: 200,
  killTimeoutMs: 10_000,
};

/**
 * The processes of one run, whoever started them: knows which ones belong to it and ends them all.
 * A process belongs to it when it descends from the leader, is in a group of the run, was seen to be one of these
 * before, or carries the run's id in its environment (which finds daemons that left group and parent behind).
 */
export class RunTree {
  readonly #runId: string;
  readonly #leader: ProcessStamp | undefined;
  readonly #deps: StopDeps;
  /** Every process ever verified as part of this run: dead ones still tell whose a group is. */
  readonly #known = new Map<string, ProcessStamp>();
  #remembering: Promise<void> = Promise.resolve();
  #stop: { readonly done: Promise<void>; deadline: number } | undefined;

  constructor(runId: string, leader: ProcessStamp | undefined, deps: StopDeps) {
    this.#runId = runId;
    this.#leader = leader;
    this.#deps = deps;
    if (leader !== undefined) this.#know([leader]);
  }

  /** Remembers who belongs to the run now, for a later stop; a failure is only warned about. */
  remember(): Promise<void> {
    return this.#look((rows) => runMembers(rows, this.#known.values(), new Set([this.#deps.selfPid])));
  }

  /** To be called in the turn in which our own child's exit is seen: its group can only be told from others now. */
  rememberSurvivors(): Promise<void> {
    const leader = this.#leader;
    return leader === undefined ? Promise.resolve() : this.#look((rows) => groupSurvivors(rows, leader));
  }

  /**
   * `first`, then KILL after `graceMs`; resolves when nothing of the run is left. Callers at the same time share one stop:
   * the signal of the first of them and the shortest grace count. Rejects `conflict` when this process runs inside the run, `forbidden` when the leader
   * may not be signalled, `unavailable` when something survives KILL.
   */
  stop(graceMs: number, first: PoliteSignal = 'SIGTERM'): Promise<void> {
    const deadline = this.#deps.clock.monotonic() + Math.max(0, graceMs);
    if (this.#stop !== undefined) {
      this.#stop.deadline = Math.min(this.#stop.deadline, deadline);
      return this.#stop.done;
    }
    // The clock's timers do not keep a process alive; one that is stopping something must not end half-way.
    const alive = setInterval(() => undefined, 2 ** 30);
    const done = this.#endAll(politeSignal(first, process.platform)).finally(() => {
      clearInterval(alive);
      this.#stop = undefined;
    });
    this.#stop = { done, deadline };
    return done;
  }

  async #endAll(polite: PoliteSignal): Promise<void> {
    const { clock, rescanMs, killTimeoutMs } = this.#deps;
    await this.#remembering;
    const asked = new Set<string>();
    const denied = new Set<string>();
    let killingSince: number | undefined;
    let emptyScans = 0;
    // A scan is not atomic: a process that forks and dies during it is missed with its child, hence two.
    while (emptyScans < 2) {
      const { members, ownGroup } = await this.#scan(denied);
      if (members.length === 0) {
        emptyScans += 1;
        continue;
      }
      emptyScans = 0;
      const signal: EndingSignal = clock.monotonic() < this.#deadline() ? polite : 'SIGKILL';
      if (signal === 'SIGKILL') killingSince ??= clock.monotonic();
      if (killingSince !== undefined && clock.monotonic() - killingSince > killTimeoutMs) throw survived(members);
      const targets = signal === 'SIGKILL' ? members : this.#toAsk(members, asked);
      for (const row of targets) asked.add(stampKey(row));
      for (const key of await signalMembers(targets, signal, { ...this.#deps, ownGroup })) {
        this.#deny(key, denied);
      }
      await this.#untilGone(members, clock.monotonic() + rescanMs, signal);
    }
  }

  /** What is born after the signal may be the clean-up of a leader that is ending: it gets its own when that one is gone. */
  #toAsk(members: readonly ProcessRow[], asked: ReadonlySet<string>): readonly ProcessRow[] {
    const leader = this.#leader === undefined ? undefined : stampKey(this.#leader);
    const leaderEnds = leader !== undefined && asked.has(leader) && members.some((row) => stampKey(row) === leader);
    return leaderEnds ? [] : members.filter((row) => !asked.has(stampKey(row)));
  }

  #deny(key: string, denied: Set<string>): void {
    if (this.#leader !== undefined && key === stampKey(this.#leader)) {
      throw new DevyardError('forbidden', `Process ${this.#leader.pid} may not be ended: it belongs to another user.`, {
        hint: 'End it as that user.',
      });
    }
    denied.add(key);
    this.#deps.warn(`Run ${this.#runId}: process ${key.split(':')[0]} belongs to another user and is left alone.`);
  }

  async #scan(denied: ReadonlySet<string>): Promise<{ members: readonly ProcessRow[]; ownGroup: number }> {
    const { platform, selfPid } = this.#deps;
    const [rows, marked] = await Promise.all([
      platform.table(),
      platform.findByEnvironment(runVariable, this.#runId).catch((error: unknown) => {
        this.#deps.warn(`Run ${this.#runId}: environments cannot be searched: ${messageOf(error)}`);
        return [];
      }),
    ]);
    const untouchable = protectedPids(rows, selfPid);
    const leader = this.#leader;
    if (leader !== undefined && untouchable.has(leader.pid)) {
      const same = rows.some((row) => stampKey(row) === stampKey(leader));
      if (same) throw inside(leader.pid);
    }
    const members = runMembers(rows, [...this.#known.values(), ...marked], untouchable);
    this.#know(members);
    const ownGroup = rows.find((row) => row.pid === selfPid)?.pgid ?? 0;
    return { members: members.filter((row) => !denied.has(stampKey(row))), ownGroup };
  }

  /** Waits until none of `members` is left, until `until`, or, while there is still grace, until its end. */
  async #untilGone(members: readonly ProcessRow[], until: number, signal: EndingSignal): Promise<void> {
    const { clock, platform, pollMs } = this.#deps;
    let left = members;
    for (;;) {
      const started = clock.monotonic();
      const found = await Promise.all(left.map((row) => platform.identify(row.pid)));
      left = left.filter((row, at) => found[at]?.startTime === row.startTime);
      const now = clock.monotonic();
      if (left.length === 0 || now >= until || (signal !== 'SIGKILL' && now >= this.#deadline())) return;
      // Where looking is dear (ps, PowerShell), look less often.
      await new Promise<void>((resolve) => clock.after(Math.max(pollMs, now - started), resolve));
    }
  }

  #deadline(): number {
    return this.#stop?.deadline ?? 0;
  }

  #look(choose: (rows: readonly ProcessRow[]) => readonly ProcessRow[]): Promise<void> {
    const looking = this.#deps.platform.table().then(
      (rows) => this.#know(choose(rows)),
      (error: unknown) => this.#deps.warn(`Run ${this.#runId}: the process table cannot be read: ${messageOf(error)}`),
    );
    this.#remembering = Promise.all([this.#remembering, looking]).then(() => undefined);
    return looking;
  }

  #know(stamps: Iterable<ProcessStamp>): void {
    for (const { pid, startTime } of stamps) {
      if (pid > 1 && startTime !== '') this.#known.set(stampKey({ pid, startTime }), { pid, startTime });
    }
  }
}

/** @internal Windows knows no signals: Node.js ends the process at once for TERM, and refuses HUP. */
export function politeSignal(wanted: PoliteSignal, system: NodeJS.Platform): PoliteSignal {
  return system === 'win32' ? 'SIGTERM' : wanted;
}

function inside(pid: number): DevyardError {
  return new DevyardError('conflict', `Process ${pid} cannot be ended: Devyard's daemon itself runs inside it.`, {
    hint: 'Restart the daemon from a terminal outside, then stop it again.',
  });
}

function survived(members: readonly ProcessRow[]): DevyardError {
  const pids = members.map((row) => row.pid).join(', ');
  return new DevyardError('unavailable', `Processes survive KILL: ${pids}.`, {
    hint: 'They wait for a device or a network file system. Stop again when it answers, or restart the machine.',
  });
}
