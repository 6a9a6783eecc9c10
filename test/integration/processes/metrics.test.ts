import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/managers/shared/clock.ts';
import { MetricsSampler, type TreeMetrics } from '../../../src/managers/shared/metrics/treeMetrics.ts';
import { ExitWatcher } from '../../../src/managers/shared/processes/exitWatcher.ts';
import type { RunningProcess } from '../../../src/managers/shared/processes/types.ts';
import { Harness } from './harness.ts';

describe.runIf(process.platform === 'linux')('measuring process trees', () => {
  let harness: Harness;
  let sampler: MetricsSampler;
  beforeEach(async () => {
    harness = await Harness.open();
    sampler = new MetricsSampler({
      platform: harness.platform,
      clock: systemClock,
      cores: 2,
      selfPid: process.pid,
      watchedMs: 1000,
    });
  });
  afterEach(async () => {
    sampler.dispose();
    await harness.close();
  });

  /** The numbers of the first sample that shows more than `percent`: on a loaded machine one interval may show less. */
  async function above(percent: number, run: RunningProcess): Promise<TreeMetrics> {
    const seen: number[] = [];
    sampler.track(run);
    sampler.watched = true;
    await sampler.sample();
    expect(sampler.latest(run.runId)?.cpuPercent).toBe(0);
    while (seen.length < 15) {
      const metrics = await new Promise<TreeMetrics | undefined>((resolve) => {
        const dispose = sampler.on((all) => {
          dispose();
          resolve(all.get(run.runId));
        });
      });
      if (metrics !== undefined && metrics.cpuPercent > percent) return metrics;
      seen.push(metrics?.cpuPercent ?? -1);
    }
    throw new Error(`Never above ${percent} %: ${seen.join(', ')}`);
  }

  it('shows a busy grandchild as about one core', async () => {
    const run = await harness.act({
      name: 'leader',
      children: [{ name: 'child', children: [{ name: 'busy', own: true, busy: true }] }],
    });
    const metrics = await above(60, run);
    process.stdout.write(`busy grandchild: ${metrics.cpuPercent.toFixed(1)} %\n`);
    expect(metrics.cpuPercent).toBeLessThan(115);
    expect(metrics.processes).toBe(3);
    expect(metrics.memoryBytes).toBeGreaterThan(30e6);
    await run.stop(0);
  });

  it('counts children that live for a few milliseconds only', async () => {
    // Each lives for some 10 ms; the shell that starts them hardly works itself.
    const work = 'i=0; while [ $i -lt 10000 ]; do i=$((i+1)); done';
    const run = await harness.spawn(harness.spec('/bin/sh', ['-c', `while :; do /bin/sh -c '${work}'; done`]));
    const metrics = await above(40, run);
    process.stdout.write(`short-lived children: ${metrics.cpuPercent.toFixed(1)} %\n`);
    expect(metrics.cpuPercent).toBeLessThan(115);
    await run.stop(0);
  });

  it('costs next to nothing to watch 50 adopted processes', async () => {
    const run = await harness.act({ name: 'leader' });
    const watcher = new ExitWatcher({ platform: harness.platform, clock: systemClock, intervalMs: 1 });
    for (let count = 0; count < 50; count += 1) watcher.watch(run.identity, () => undefined);
    const looks = 500;
    const before = process.cpuUsage();
    for (let count = 0; count < looks; count += 1) await watcher.check();
    const { user, system } = process.cpuUsage(before);
    watcher.dispose();
    const percent = ((user + system) / 1e6 / looks / 2) * 100;
    process.stdout.write(`50 adopted processes looked at every 2 s: ${percent.toFixed(4)} % CPU\n`);
    expect(percent).toBeLessThan(0.5);
    await run.stop(0);
  });
});
