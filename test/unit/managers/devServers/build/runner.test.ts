import { describe, expect, it } from 'vitest';
import { BuildLoop, type BuildLoopOptions } from '../../../../../src/managers/devServers/build/runner.ts';
import type { TreeWatchOptions } from '../../../../../src/managers/devServers/watch/watchTree.ts';
import { ManualClock } from '../../../../support/manualClock.ts';

interface Run {
  readonly reason: string;
  readonly signal: AbortSignal;
  end(good: boolean): void;
  fail(error: unknown): void;
}

/** A loop whose builds end when the test says so, and whose watch is the test. */
class World {
  readonly clock = new ManualClock();
  readonly runs: Run[] = [];
  readonly problems: unknown[] = [];
  readonly states: string[] = [];
  watch: TreeWatchOptions | undefined;
  closed = 0;
  armed = Promise.withResolvers<void>();
  readonly loop: BuildLoop;

  constructor(more: Partial<BuildLoopOptions['plan']> = {}) {
    this.loop = new BuildLoop({
      clock: this.clock,
      root: '/p',
      plan: {
        watch: { include: ['**/*.go'], exclude: [], debounceMs: 50 },
        onChangeWhileBuilding: 'cancel',
        out: '/p/bin/out',
        deploy: [
          { from: '/p/bin/out', to: '/p/deployed' },
          { from: '/p/bin/out', to: '/p' },
        ],
        ...more,
      },
      run: (signal, reason) => {
        const { promise, resolve, reject } = Promise.withResolvers<boolean>();
        this.runs.push({ reason, signal, end: resolve, fail: reject });
        return promise;
      },
      onProblem: (error) => this.problems.push(error),
      onState: (state) => this.states.push(state.type === 'open' ? state.build : state.type),
      watch: (options) => {
        this.watch = options;
        return {
          ready: this.armed.promise,
          close: async () => {
            this.closed += 1;
          },
        };
      },
    });
  }

  async started(): Promise<this> {
    this.loop.start();
    this.armed.resolve();
    await this.clock.advance(0);
    return this;
  }

  async change(): Promise<void> {
    this.watch?.onChange(['/p/a.go']);
    await this.clock.advance(0);
  }

  async end(good: boolean): Promise<void> {
    this.runs.at(-1)?.end(good);
    await this.clock.advance(0);
  }

  get reasons(): readonly string[] {
    return this.runs.map(({ reason }) => reason);
  }
}

describe('BuildLoop', () => {
  it('builds once the watch is there, and ignores what it writes itself', async () => {
    const world = new World();
    world.loop.start();
    world.loop.start();
    await world.clock.advance(0);
    expect(world.runs).toEqual([]);
    expect(world.watch?.ignorePaths).toEqual(['/p/bin/out', '/p/deployed']);
    world.armed.resolve();
    await world.clock.advance(0);
    expect(world.reasons).toEqual(['start']);
    await world.end(true);
    await world.change();
    expect(world.reasons).toEqual(['start', 'change']);
    expect(world.states).toContain('running');
  });

  it('builds a burst twice, the first of them cancelled', async () => {
    const world = await new World().started();
    await world.end(true);
    for (let i = 0; i < 500; i += 1) await world.change();
    expect(world.runs[1]?.signal.aborted).toBe(true);
    await world.end(false);
    expect(world.runs).toHaveLength(2);
    await world.clock.advance(50);
    await world.end(true);
    await world.clock.advance(1000);
    expect(world.reasons).toEqual(['start', 'change', 'change']);
    expect(world.clock.pending).toBe(0);
  });

  it('lets a build end that is not to be cancelled, and builds once more', async () => {
    const world = await new World({ onChangeWhileBuilding: 'queue' }).started();
    await world.change();
    await world.change();
    await world.clock.advance(50);
    expect(world.runs[0]?.signal.aborted).toBe(false);
    expect(world.runs).toHaveLength(1);
    await world.end(true);
    expect(world.reasons).toEqual(['start', 'change']);
  });

  it('answers a request with the build that contains it, good or bad', async () => {
    const world = await new World({ onChangeWhileBuilding: 'queue' }).started();
    const answers: boolean[] = [];
    void world.loop.rebuild().then((good) => answers.push(good));
    await world.end(true);
    expect(answers).toEqual([]);
    await world.end(false);
    expect(answers).toEqual([false]);
    const again = world.loop.rebuild();
    await world.clock.advance(0);
    await world.end(true);
    expect(await again).toBe(true);
  });

  it('answers with the next build when a change cancelled the one that was asked for', async () => {
    const world = await new World().started();
    await world.end(true);
    const answers: boolean[] = [];
    void world.loop.rebuild().then((good) => answers.push(good));
    await world.clock.advance(0);
    await world.change();
    await world.end(true);
    expect(answers).toEqual([]);
    await world.clock.advance(50);
    await world.end(false);
    expect(answers).toEqual([false]);
  });

  it('takes a build that throws for a bad one, says why and goes on', async () => {
    const world = await new World().started();
    const answer = world.loop.rebuild();
    await world.end(false);
    const error = new Error('no disk');
    world.runs.at(-1)?.fail(error);
    expect(await answer).toBe(false);
    expect(world.problems).toEqual([error]);
    await world.change();
    expect(world.reasons).toEqual(['start', 'request', 'change']);
  });

  it('stops when the build has ended, closes the watch, and starts nothing any more', async () => {
    const world = await new World().started();
    const answer = world.loop.rebuild();
    let stopped = false;
    const stopping = world.loop.stop().then(() => {
      stopped = true;
    });
    await world.change();
    expect(world.runs[0]?.signal.aborted).toBe(true);
    expect(stopped).toBe(false);
    await world.end(true);
    await Promise.all([stopping, world.loop.stop()]);
    expect(await answer).toBe(false);
    await world.change();
    expect(await world.loop.rebuild()).toBe(false);
    world.loop.start();
    await world.clock.advance(1000);
    expect(world.runs).toHaveLength(1);
    expect(world.closed).toBe(1);
    expect(world.clock.pending).toBe(0);
    expect(world.states.at(-1)).toBe('stopped');
  });

  it('builds nothing when it is stopped before the watch is there, or before the build began', async () => {
    const early = new World();
    early.loop.start();
    await early.loop.stop();
    early.armed.resolve();
    await early.clock.advance(0);
    expect(early.runs).toEqual([]);
    const world = new World({ watch: null });
    world.loop.start();
    await world.loop.stop();
    expect(world.runs).toEqual([]);
  });

  it('builds at the start and when asked to without a watch', async () => {
    const world = new World({ watch: null });
    world.loop.start();
    await world.clock.advance(0);
    await world.end(true);
    void world.loop.rebuild();
    await world.clock.advance(0);
    expect(world.reasons).toEqual(['start', 'request']);
    expect(world.watch).toBeUndefined();
  });
});
