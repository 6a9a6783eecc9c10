import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { actor, Harness } from './harness.ts';

describe.runIf(process.platform === 'linux')('stopping a process tree', () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.open();
  });
  afterEach(() => harness.close());

  it('ends an obedient tree with TERM, long before the deadline', async () => {
    const run = await harness.act({ name: 'leader', children: [{ name: 'child' }] });
    const child = await harness.pidOf('child');
    const before = performance.now();
    const exit = await run.stop(20_000);
    expect(exit).toEqual({ kind: 'exited', exitCode: null, signal: 'SIGTERM' });
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(await harness.lives(child)).toBe(false);
    expect(harness.warnings).toEqual([]);
  });

  it('ends a grandchild that ignores TERM', async () => {
    const run = await harness.act({
      name: 'leader',
      children: [{ name: 'child', children: [{ name: 'stubborn', ignoreTerm: true }] }],
    });
    const stubborn = await harness.pidOf('stubborn');
    const before = performance.now();
    await run.stop(300);
    expect(performance.now() - before).toBeGreaterThanOrEqual(300);
    expect(await harness.lives(stubborn)).toBe(false);
  });

  it('ends a grandchild in a session of its own, even without our variable', async () => {
    const run = await harness.act({
      name: 'leader',
      children: [{ name: 'terminal', own: true, bare: true, ignoreTerm: true }],
    });
    const terminal = await harness.pidOf('terminal');
    await run.stop(200);
    expect(await harness.lives(terminal)).toBe(false);
  });

  it('ends a daemonised grandchild: own session, parent dead', async () => {
    const run = await harness.act({
      name: 'leader',
      children: [
        { name: 'middle', own: true, leave: true, children: [{ name: 'daemon', own: true, ignoreTerm: true }] },
      ],
    });
    const daemon = await harness.pidOf('daemon');
    const middle = await harness.pidOf('middle');
    await vi.waitFor(async () => expect(await harness.lives(middle)).toBe(false));
    await run.stop(200);
    expect(await harness.lives(daemon)).toBe(false);
  });

  it('ends what a leader left behind that is dead already, without our variable too', async () => {
    const run = await harness.act({
      name: 'leader',
      leave: true,
      children: [
        { name: 'bare', bare: true },
        { name: 'daemon', own: true },
      ],
    });
    const left = [await harness.pidOf('bare'), await harness.pidOf('daemon')];
    expect(await run.exited).toEqual({ kind: 'exited', exitCode: 0, signal: null });
    expect(await Promise.all(left.map((pid) => harness.lives(pid)))).toEqual([true, true]);
    expect(await run.stop(5000)).toEqual({ kind: 'exited', exitCode: 0, signal: null });
    expect(await Promise.all(left.map((pid) => harness.lives(pid)))).toEqual([false, false]);
  });

  it('shares one stop among callers, the shortest grace counts, and stopping again is fine', async () => {
    const run = await harness.act({ name: 'leader', ignoreTerm: true });
    const before = performance.now();
    const exits = await Promise.all([run.stop(60_000), run.stop(100), run.stop(60_000)]);
    expect(performance.now() - before).toBeLessThan(20_000);
    expect(new Set(exits.map((exit) => JSON.stringify(exit)))).toEqual(
      new Set(['{"kind":"exited","exitCode":null,"signal":"SIGKILL"}']),
    );
    expect(await run.stop(100)).toEqual(exits[0]);
  });

  it('takes a zombie for dead', async () => {
    // The shell becomes a sleep that never asks for its child's end; the child ends when that has happened.
    const script = '(until read name </proc/$$/comm && [ $name = sleep ]; do :; done) & exec sleep 600';
    const run = await harness.spawn(harness.spec('/bin/sh', ['-c', script]));
    await vi.waitFor(async () => {
      const children = (await harness.platform.table()).filter((row) => row.ppid === run.identity.pid);
      expect(children.map((row) => row.alive)).toEqual([false]);
      expect(await harness.platform.identify(children[0]?.pid ?? 0)).toBeUndefined();
    });
    expect(await run.stop(20_000)).toMatchObject({ signal: 'SIGTERM' });
  });

  it('ends a process that is suspended', async () => {
    const run = await harness.act({ name: 'leader' });
    process.kill(run.identity.pid, 'SIGSTOP');
    expect(await run.stop(20_000)).toMatchObject({ signal: 'SIGTERM' });
  });

  it('leaves strangers alone: our own other children and another run', async () => {
    const stranger = spawn(process.execPath, [actor, JSON.stringify({ dir: harness.dir, name: 'stranger' })], {
      stdio: 'ignore',
    });
    const strangerPid = await harness.pidOf('stranger');
    const other = await harness.act({ name: 'other' });
    const run = await harness.act({ name: 'leader', children: [{ name: 'child' }] });
    await run.stop(5000);
    expect(await harness.lives(strangerPid)).toBe(true);
    expect(await harness.lives(other.identity.pid)).toBe(true);
    await other.stop(5000);
    stranger.kill('SIGKILL');
    await once(stranger, 'exit');
  });

  it('ends 20 stubborn trees side by side soon after the deadline', async () => {
    // What ignores a signal hands that on to what it starts.
    const script = 'trap "" TERM; sleep 600 & setsid sleep 600 & exec sleep 600';
    const runs = await Promise.all(
      Array.from({ length: 20 }, () => harness.spawn(harness.spec('/bin/sh', ['-c', script]))),
    );
    await vi.waitFor(async () => {
      const rows = await harness.platform.table();
      for (const run of runs) expect(rows.filter((row) => row.ppid === run.identity.pid)).toHaveLength(2);
    });
    const grace = 500;
    const before = performance.now();
    const cpu = process.cpuUsage();
    await Promise.all(runs.map((run) => run.stop(grace)));
    const took = performance.now() - before;
    const { user, system } = process.cpuUsage(cpu);
    process.stdout.write(
      `20 stubborn trees (60 processes): ${Math.round(took - grace)} ms after a grace of ${grace} ms, ` +
        `${Math.round((user + system) / 1000)} ms CPU\n`,
    );
    expect(took).toBeLessThan(10_000);
    for (const run of runs) {
      expect(await harness.platform.findByEnvironment('DEVYARD_RUN', run.runId)).toEqual([]);
    }
  });
});
