import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunRecords } from '../../../src/managers/shared/processes/runRecords.ts';
import { Harness } from './harness.ts';

/** A file system of 64 KiB, or undefined where this user may not mount one. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'devyard-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,nr_inodes=8', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
}

const disk = process.platform === 'linux' ? smallDisk() : undefined;

describe.skipIf(disk === undefined)('a full disk (skipped: this user may not mount a small one)', () => {
  const folder = disk ?? '';
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.open();
  });
  afterEach(() => harness.close());
  afterAll(() => {
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true });
  });

  it('leaves the former run file as it was, says so, and no child is started without its log', async () => {
    const records = new RunRecords(join(folder, 'runs'));
    const spec = harness.actorSpec({ name: 'leader' });
    await records.writeIntent(harness.intent(spec));
    fill();
    const identity = { pid: 4242, startTime: '1', bootId: harness.platform.bootId };
    await expect(records.writeStarted(harness.intent(spec), identity)).rejects.toMatchObject({ code: 'disk-full' });
    expect((await records.list()).records).toMatchObject([{ runId: spec.runId }]);
    expect((await records.list()).records[0]?.pid).toBeUndefined();
    expect(readdirSync(join(folder, 'runs'))).toEqual([`${spec.runId}.json`]);

    const logged = { ...spec, stdoutFile: join(folder, 'out') };
    await expect(harness.spawn(logged)).rejects.toMatchObject({
      code: 'start-failed',
      message: expect.stringContaining('the disk of its log files is full') as string,
      hint: expect.stringContaining('Free some space') as string,
    });
  });

  /** Takes every byte and every file there is. */
  function fill(): void {
    for (let count = 0; ; count += 1) {
      try {
        writeFileSync(join(folder, `filler-${count}`), Buffer.alloc(64 << 10));
      } catch {
        if (count > 16 && statSync(folder).isDirectory()) return;
      }
    }
  }
});
