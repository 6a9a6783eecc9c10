import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { politeSignal, RunTree, type StopDeps } from '../../../../../src/managers/shared/processes/stop.ts';
import type { ProcessRow } from '../../../../../src/managers/shared/processes/types.ts';
import { EagerClock, FakePlatform, row } from './fakes.ts';

type Nature = 'obeys' | 'ignores' | 'forks' | 'forks and leaves';
const self = 7;
const variable = 'DEVYARD_RUN=run';

/** A little kernel: signals, groups, re-parenting, and pids given away again as soon as that is allowed. */
class World extends FakePlatform {
  readonly clock = new EagerClock();
  readonly natures = new Map<string, Nature>();
  readonly ours = new Set<string>();
  readonly wronged: string[] = [];
  readonly warnings: string[] = [];
  untouchable: number | undefined;
  #started = 1000;
  #nextPid = 5000;

  constructor() {
    super();
    this.rows = [row(1, 0), row(self, 1, { startTime: 'self' })];
  }

  get deps(): StopDeps {
    return {
      platform: this,
      clock: this.clock,
      kill: (pid, signal) => this.kill(pid, signal),
      selfPid: self,
      pollMs: 15,
      rescanMs: 200,
      killTimeoutMs: 2000,
      warn: (message) => this.warnings.push(message),
    };
  }

  start(
    ppid: number,
    nature: Nature,
    options: { ours: boolean; group?: number; bare?: boolean; pid?: number },
  ): ProcessRow {
    const pid = options.pid ?? (this.#nextPid += 1);
    const born = row(pid, ppid, { pgid: options.group ?? pid, startTime: String((this.#started += 1)) });
    this.rows.push(born);
    this.natures.set(key(born), nature);
    if (options.ours) this.ours.add(key(born));
    if (options.ours && options.bare !== true) this.environments.set(pid, [variable]);
    else this.environments.delete(pid);
    return born;
  }

  kill(pid: number, signal: string): void {
    const targets = this.rows.filter((each) => (pid < 0 ? each.pgid === -pid : each.pid === pid));
    if (targets.length === 0) throw Object.assign(new Error('none'), { code: 'ESRCH' });
    if (targets.every((each) => each.pid === this.untouchable)) throw Object.assign(new Error('no'), { code: 'EPERM' });
    for (const target of targets) {
      if (!this.ours.has(key(target))) this.wronged.push(`${signal} to ${target.pid}`);
      if (target.pid === this.untouchable || signal === 'SIGCONT') continue;
      const nature = this.natures.get(key(target));
      if (signal === 'SIGKILL') this.#die(target);
      else if (nature === 'forks') this.start(target.pid, 'ignores', { ours: true, group: target.pgid, bare: true });
      else if (nature === 'forks and leaves') {
        this.start(target.pid, 'obeys', { ours: true });
        this.#die(target);
      } else if (nature === 'obeys') this.#die(target);
    }
  }

  #die(dead: ProcessRow): void {
    this.rows = this.rows
      .filter((each) => key(each) !== key(dead))
      .map((each) => (each.ppid === dead.pid ? { ...each, ppid: 1 } : each));
    const pidIsFree = this.rows.every((each) => each.pgid !== dead.pid);
    if (pidIsFree) this.start(1, 'obeys', { ours: false, pid: dead.pid });
  }

  left(): readonly number[] {
    return this.rows.filter((each) => this.ours.has(key(each))).map((each) => each.pid);
  }
}

function key(each: ProcessRow): string {
  return `${each.pid}:${each.startTime}`;
}

const nature = fc.constantFrom<Nature>('obeys', 'ignores', 'forks', 'forks and leaves');
const child = fc.record({ parent: fc.nat(), nature, ownGroup: fc.boolean(), bare: fc.boolean() });

describe('RunTree.stop', () => {
  it('ends all of any tree and nobody else, though every pid is given away again at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(child, { maxLength: 8 }),
        nature,
        fc.nat(1000),
        fc.boolean(),
        async (children, first, grace, leads) => {
          const world = new World();
          world.start(self, 'obeys', { ours: false });
          const leader = world.start(self, first, { ours: true });
          const tree = [leader];
          for (const each of children) {
            const parent = tree[each.parent % tree.length] ?? leader;
            const group = each.ownGroup ? {} : { group: parent.pgid };
            tree.push(world.start(parent.pid, each.nature, { ours: true, bare: each.bare, ...group }));
          }
          const run = new RunTree('run', leader, world.deps);
          if (leads) await run.remember();
          await Promise.all([run.stop(grace), run.stop(grace * 2)]);
          await run.stop(grace);
          expect(world.left()).toEqual([]);
          expect(world.wronged).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('finds what is forked by a dying process while the table is read', async () => {
    const world = new World();
    const leader = world.start(self, 'obeys', { ours: true });
    const table = world.table.bind(world);
    let forked = false;
    world.table = () => {
      if (!forked && world.left().length === 0) {
        forked = true;
        queueMicrotask(() => world.start(1, 'obeys', { ours: true }));
      }
      return table();
    };
    await new RunTree('run', leader, world.deps).stop(1000);
    expect(forked).toBe(true);
    expect(world.left()).toEqual([]);
  });

  it('gives clean-up born after the TERM its time', async () => {
    const world = new World();
    const leader = world.start(self, 'forks', { ours: true });
    const before = world.clock.now();
    await new RunTree('run', leader, world.deps).stop(1000);
    expect(world.clock.now() - before).toBeGreaterThanOrEqual(1000);
    expect(world.left()).toEqual([]);
  });

  it.each([3_600_000, -3_600_000])(
    'gives the whole grace, and no more, when the wall clock is set by %i ms',
    async (jump) => {
      const world = new World();
      world.clock.wallJumpMs = jump;
      const leader = world.start(self, 'ignores', { ours: true });
      const before = world.clock.monotonic();
      await new RunTree('run', leader, world.deps).stop(1000);
      expect(world.clock.monotonic() - before).toBeGreaterThanOrEqual(1000);
      expect(world.clock.monotonic() - before).toBeLessThan(2000);
      expect(world.left()).toEqual([]);
    },
  );

  it('signals nobody in a group as a whole that this process is in', async () => {
    const world = new World();
    const leader = world.start(1, 'obeys', { ours: true });
    world.rows = world.rows.map((each) => (each.pid === self ? { ...each, pgid: leader.pid } : each));
    await new RunTree('run', leader, world.deps).stop(1000);
    expect(world.left()).toEqual([]);
    expect(world.wronged).toEqual([]);
  });

  it('begins with the signal that the run prefers, once a process, and ends with KILL', async () => {
    const world = new World();
    const leader = world.start(self, 'ignores', { ours: true });
    const sent: string[] = [];
    const deps = {
      ...world.deps,
      kill: (pid: number, signal: string) => {
        sent.push(signal);
        world.kill(pid, signal);
      },
    };
    const tree = new RunTree('run', leader, deps);
    await Promise.all([tree.stop(1000, 'SIGINT'), tree.stop(1000, 'SIGHUP')]);
    expect(sent.filter((signal) => signal !== 'SIGCONT')).toEqual(['SIGINT', 'SIGKILL']);
    expect(world.left()).toEqual([]);
  });

  it('asks with what the system knows', () => {
    expect(politeSignal('SIGHUP', 'linux')).toBe('SIGHUP');
    expect(politeSignal('SIGINT', 'darwin')).toBe('SIGINT');
    expect(politeSignal('SIGHUP', 'win32')).toBe('SIGTERM');
  });

  it('refuses to end what this process runs in', async () => {
    const world = new World();
    const leader = world.start(1, 'obeys', { ours: true });
    world.rows = world.rows.map((each) => (each.pid === self ? { ...each, ppid: leader.pid } : each));
    await expect(new RunTree('run', leader, world.deps).stop(0)).rejects.toMatchObject({ code: 'conflict' });
    expect(world.left()).toEqual([leader.pid]);
  });

  it('leaves what belongs to another user alone and says so; a leader of another user is an error', async () => {
    const world = new World();
    const leader = world.start(self, 'obeys', { ours: true });
    const sudo = world.start(leader.pid, 'ignores', { ours: true });
    world.untouchable = sudo.pid;
    await new RunTree('run', leader, world.deps).stop(100);
    expect(world.left()).toEqual([sudo.pid]);
    expect(world.warnings).toEqual([expect.stringContaining(`process ${sudo.pid} belongs to another user`)]);

    const other = new World();
    const foreign = other.start(self, 'obeys', { ours: true });
    other.untouchable = foreign.pid;
    await expect(new RunTree('run', foreign, other.deps).stop(100)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('gives up on what survives KILL, and can be asked again', async () => {
    const world = new World();
    const leader = world.start(self, 'ignores', { ours: true });
    let stuck = true;
    const tree = new RunTree('run', leader, {
      ...world.deps,
      kill: (pid, signal) => (stuck ? undefined : world.kill(pid, signal)),
    });
    await expect(tree.stop(100)).rejects.toMatchObject({
      code: 'unavailable',
      message: `Processes survive KILL: ${leader.pid}.`,
    });
    stuck = false;
    await tree.stop(100);
    expect(world.left()).toEqual([]);
  });
});
