import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Harness } from './harness.ts';

describe.runIf(process.platform === 'linux')('starting a process', () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.open();
  });
  afterEach(() => harness.close());

  it('gives the child exactly the given environment', async () => {
    process.env['DEVYARD_LEAK'] = 'must not be inherited';
    const spec = harness.spec('/bin/sleep', ['600'], { env: { ONE: '1', SPACED: 'a b=c\nd' } });
    const run = await harness.spawn(spec);
    delete process.env['DEVYARD_LEAK'];
    const environ = readFileSync(`/proc/${run.identity.pid}/environ`, 'utf8').split('\0').filter(Boolean);
    expect(environ.sort()).toEqual([`DEVYARD_RUN=${run.runId}`, 'ONE=1', 'SPACED=a b=c\nd']);
    await run.stop(5000);
  });

  it('lets it lead a group and hold no log but its own', async () => {
    const own = harness.spec('/bin/sleep', ['600']);
    const [run] = await Promise.all([
      harness.spawn(own),
      ...Array.from({ length: 5 }, () => harness.spawn(harness.spec('/bin/true', []))),
    ]);
    const row = (await harness.platform.table()).find((each) => each.pid === run.identity.pid);
    expect(row).toMatchObject({ pgid: run.identity.pid, startTime: run.identity.startTime, alive: true });
    const files = openFiles(run.identity.pid).filter((file) => file.startsWith(harness.dir));
    expect(files.sort()).toEqual([own.stdoutFile, own.stderrFile].sort());
    await run.stop(5000);
  });

  it('appends to files of mode 0600 and closes them in the parent', async () => {
    const spec = harness.spec('/bin/sh', ['-c', 'echo out; echo err >&2; exit 3']);
    await writeFile(spec.stdoutFile, 'before\n', { mode: 0o644 });
    const run = await harness.spawn(spec);
    expect(await run.exited).toEqual({ kind: 'exited', exitCode: 3, signal: null });
    expect(await readFile(spec.stdoutFile, 'utf8')).toBe('before\nout\n');
    expect(await readFile(spec.stderrFile, 'utf8')).toBe('err\n');
    expect(statSync(spec.stdoutFile).mode & 0o777).toBe(0o600);
    expect(statSync(spec.stderrFile).mode & 0o777).toBe(0o600);
    expect(openFiles(process.pid).filter((file) => file.includes(run.runId))).toEqual([]);
  });

  it('says why a process cannot be started, and leaves no descriptor open', async () => {
    const denied = join(harness.dir, 'denied.sh');
    await writeFile(denied, 'echo\n');
    await chmod(denied, 0o644);
    await mkdir(join(harness.dir, 'logs'));
    const cases = [
      { spec: harness.spec('/no/such/program', []), message: /no such program/ },
      { spec: harness.spec(denied, []), message: /permission was denied/ },
      {
        spec: harness.spec('/bin/true', [], { cwd: '/no/such/folder' }),
        message: /folder \/no\/such\/folder does not exist/,
      },
      { spec: harness.spec('/bin/true', [], { cwd: denied }), message: /is not a folder/ },
      { spec: harness.spec('/bin/true', ['x'.repeat(4 << 20)]), message: /too long/ },
      {
        spec: harness.spec('/bin/true', [], { stdoutFile: '/no/such/folder/out' }),
        message: /folder of .* is missing/,
      },
      { spec: harness.spec('/bin/true', [], { stderrFile: join(harness.dir, 'logs') }), message: /EISDIR/ },
    ];
    for (const { spec, message } of cases) {
      await expect(harness.spawn(spec)).rejects.toMatchObject({
        code: 'start-failed',
        message: expect.stringMatching(message) as string,
        hint: expect.stringMatching(/\w/) as string,
      });
      expect(openFiles(process.pid).filter((file) => file.includes(spec.runId))).toEqual([]);
    }
    await expect(harness.spawn(harness.spec('/bin/true', ['a\0b']))).rejects.toMatchObject({
      code: 'invalid',
      field: 'args',
    });
  });

  it('tells how a child ended that ended at once', async () => {
    const runs = await Promise.all(
      Array.from({ length: 20 }, (_, code) => harness.spawn(harness.spec('/bin/sh', ['-c', `exit ${code}`]))),
    );
    const exits = await Promise.all(runs.map((run) => run.exited));
    expect(exits).toEqual(runs.map((_, exitCode) => ({ kind: 'exited', exitCode, signal: null })));
    expect(await runs[0]?.stop(1000)).toEqual(exits[0]);
  });
});

function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}
