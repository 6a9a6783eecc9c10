import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Gaps } from '../../../../../src/managers/shared/logs/gaps.ts';
import { History } from '../../../../../src/managers/shared/logs/history.ts';
import { IndexFile } from '../../../../../src/managers/shared/logs/indexFile.ts';
import { StreamFile } from '../../../../../src/managers/shared/logs/streamFile.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'logs-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** Something happens after the index was read and before the bytes are. */
class InterruptedFile extends StreamFile {
  interrupt: (() => Promise<void>) | undefined;

  override async read(from: number, to: number): Promise<Buffer> {
    const interrupt = this.interrupt;
    this.interrupt = undefined;
    await interrupt?.();
    return super.read(from, to);
  }
}

describe('reading back', () => {
  it('reads again when a drop or a compaction came in between', async () => {
    const path = join(dir, 'run.out');
    await writeFile(path, 'one\ntwo\n');
    const index = new IndexFile(join(dir, 'index.jsonl'), () => undefined);
    const batch = { t: 'batch', n: 1, time: 1, run: 1 } as const;
    await index.append([
      { ...batch, seq: 1, out: [0, 4] },
      { ...batch, seq: 2, out: [4, 8] },
    ]);
    const out = new InterruptedFile(path, 0);
    const gaps = new Gaps();
    let epoch = 0;
    const history = new History({
      index,
      gaps,
      epoch: () => epoch,
      run: () => ({ out, err: new StreamFile(join(dir, 'run.err'), 0), lineBytes: 100 }),
    });
    out.interrupt = () =>
      index.rewrite(
        (record) => [record],
        () => [],
      );
    const lines = [
      { kind: 'line', seq: 1, time: 1, source: 'stdout', text: 'one' },
      { kind: 'line', seq: 2, time: 1, source: 'stdout', text: 'two' },
    ];
    expect(await history.read(1, 3)).toEqual({ entries: lines, next: 3 });
    out.interrupt = async () => {
      gaps.add({ from: 1, to: 2, lines: 1, bytes: 4, time: 9 });
      epoch += 1;
      await writeFile(path, '\0\0\0\0two\n');
    };
    expect(await history.read(1, 3)).toEqual({
      entries: [{ kind: 'gap', seq: 1, time: 9, droppedBytes: 4, droppedLines: 1 }],
      next: 2,
    });
    expect(await history.read(2, 3)).toEqual({ entries: lines.slice(1), next: 3 });
    await index.close();
  });

  it('says as a gap that a file was taken away', async () => {
    const index = new IndexFile(join(dir, 'index.jsonl'), () => undefined);
    await index.append([{ t: 'batch', seq: 1, n: 3, time: 1, run: 1, out: [0, 12] }]);
    const gone = new StreamFile(join(dir, 'gone'), 0);
    const run = { out: gone, err: gone, lineBytes: 100 };
    const history = new History({ index, gaps: new Gaps(), epoch: () => 0, run: () => run });
    expect(await history.read(2, 4)).toMatchObject({ entries: [{ kind: 'gap', seq: 2, droppedLines: 2 }], next: 4 });
    await index.close();
  });
});
