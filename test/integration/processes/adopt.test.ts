import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProcessIdentity, RunSpec } from '../../../src/managers/shared/processes/types.ts';
import { actor, Harness, spawner } from './harness.ts';

describe.runIf(process.platform === 'linux')('adopting a process', () => {
  let harness: Harness;
  const started: ChildProcess[] = [];
  beforeEach(async () => {
    harness = await Harness.open();
  });
  afterEach(async () => {
    for (const child of started.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await harness.close();
  });

  /** Lets another process start the run, and kills that process when the run is up. */
  async function orphaned(spec: RunSpec): Promise<ProcessIdentity> {
    const other = spawn(
      process.execPath,
      ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', spawner, JSON.stringify(spec)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    started.push(other);
    const [line] = (await once(createInterface(other.stdout), 'line')) as [string];
    other.kill('SIGKILL');
    await once(other, 'exit');
    return JSON.parse(line) as ProcessIdentity;
  }

  async function stranger(): Promise<ProcessIdentity> {
    const child = spawn(process.execPath, [actor, JSON.stringify({ dir: harness.dir, name: 'stranger' })], {
      detached: true,
      stdio: 'ignore',
    });
    started.push(child);
    const identity = await harness.platform.identify(await harness.pidOf('stranger'));
    if (identity === undefined) throw new Error('The stranger is not there.');
    return identity;
  }

  it('takes over what survived the SIGKILL of its parent, and learns of its end', async () => {
    const spec = harness.actorSpec({ name: 'leader' });
    const identity = await orphaned(spec);
    await harness.pidOf('leader');
    const run = await harness.processes.adopt(harness.record({ runId: spec.runId, identity }, spec));
    expect(run).toMatchObject({ runId: spec.runId, identity, adopted: true });
    process.kill(identity.pid, 'SIGKILL');
    expect(await run?.exited).toEqual({ kind: 'vanished' });
  });

  it('ends an adopted tree with a stubborn grandchild in its own session', async () => {
    const spec = harness.actorSpec({
      name: 'leader',
      children: [{ name: 'stubborn', own: true, bare: true, ignoreTerm: true }],
    });
    const identity = await orphaned(spec);
    const stubborn = await harness.pidOf('stubborn');
    await harness.pidOf('leader');
    const run = await harness.processes.adopt(harness.record({ runId: spec.runId, identity }, spec));
    expect(await run?.stop(200)).toEqual({ kind: 'vanished' });
    expect(await harness.lives(identity.pid)).toBe(false);
    expect(await harness.lives(stubborn)).toBe(false);
  });

  it('remembers the bare children of an adopted leader that dies by itself', async () => {
    const spec = harness.actorSpec({ name: 'leader', children: [{ name: 'bare', own: true, bare: true }] });
    const identity = await orphaned(spec);
    await harness.pidOf('leader');
    const bare = await harness.pidOf('bare');
    const run = await harness.processes.adopt(harness.record({ runId: spec.runId, identity }, spec));
    process.kill(identity.pid, 'SIGKILL');
    await run?.exited;
    expect(await harness.lives(bare)).toBe(true);
    await run?.stop(5000);
    expect(await harness.lives(bare)).toBe(false);
  });

  it('finds a child by its environment when only the intent was written', async () => {
    const spec = harness.actorSpec({ name: 'leader', children: [{ name: 'child' }, { name: 'terminal', own: true }] });
    const identity = await orphaned(spec);
    await harness.pidOf('leader');
    const run = await harness.processes.adopt(harness.intent(spec));
    expect(run?.identity).toEqual(identity);
    await run?.stop(5000);
    expect(await harness.platform.findByEnvironment('DEVYARD_RUN', spec.runId)).toEqual([]);
  });

  it('does not take a forged record for its process, and leaves the stranger alone', async () => {
    const victim = await stranger();
    const spec = harness.actorSpec({ name: 'never started' });
    const honest = harness.record({ runId: spec.runId, identity: victim }, spec);
    const forged = [
      honest,
      { ...honest, startTime: '1' },
      { ...honest, command: [process.execPath] },
      { ...harness.intent(spec), pid: victim.pid },
      { ...honest, pid: 1 },
      { ...honest, pid: process.pid },
      { ...honest, pid: -victim.pid },
    ];
    for (const record of forged) {
      expect(await harness.processes.adopt(record)).toBeUndefined();
      await harness.processes.endLeftovers(record, 0);
      expect(await harness.lives(victim.pid)).toBe(true);
    }
  });

  it('does not adopt what belongs to another host or boot', async () => {
    const spec = harness.actorSpec({ name: 'leader' });
    const run = await harness.spawn(spec);
    const record = harness.record(run, spec);
    expect(await harness.processes.adopt({ ...record, hostId: 'another' })).toBeUndefined();
    expect(await harness.processes.adopt({ ...record, bootId: 'another' })).toBeUndefined();
    await harness.processes.endLeftovers({ ...record, hostId: 'another' }, 0);
    expect(await harness.lives(run.identity.pid)).toBe(true);
    await run.stop(0);
  });

  it('ends what a dead leader left behind', async () => {
    const spec = harness.actorSpec({ name: 'leader', children: [{ name: 'child' }, { name: 'terminal', own: true }] });
    const identity = await orphaned(spec);
    await harness.pidOf('leader');
    const left = [await harness.pidOf('child'), await harness.pidOf('terminal')];
    process.kill(identity.pid, 'SIGKILL');
    const record = harness.record({ runId: spec.runId, identity }, spec);
    await expect.poll(() => harness.lives(identity.pid)).toBe(false);
    expect(await harness.processes.adopt(record)).toBeUndefined();
    expect(await Promise.all(left.map((pid) => harness.lives(pid)))).toEqual([true, true]);
    await harness.processes.endLeftovers(record, 5000);
    expect(await Promise.all(left.map((pid) => harness.lives(pid)))).toEqual([false, false]);
  });
});
