import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readRecords } from '../../../../../src/managers/shared/logs/indexReader.ts';
import { ReadBuffers } from '../../../../../src/managers/shared/logs/readBuffers.ts';
import { encodeRecord, type TextRecord } from '../../../../../src/managers/shared/logs/records.ts';
import { StreamFile } from '../../../../../src/managers/shared/logs/streamFile.ts';
import { StreamTail } from '../../../../../src/managers/shared/logs/streamTail.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'logs-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('an index', () => {
  it('is read whole whatever the lengths of its lines, again and again with the same buffers', async () => {
    const path = join(dir, 'index.jsonl');
    const buffers = new ReadBuffers();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 100_000 }), { minLength: 1, maxLength: 40 }), async (lengths) => {
        const records = lengths.map((length, seq): TextRecord => ({
          t: 'line',
          seq,
          time: 1,
          source: 'system',
          text: 'é'.repeat(length / 2),
        }));
        const text = records.map(encodeRecord).join('');
        await writeFile(path, `${text}{"torn`);
        const found: unknown[] = [];
        for await (const chunk of readRecords(path, 0, Buffer.byteLength(text) + 6, buffers)) {
          found.push(...chunk.records.map(({ record }) => record));
        }
        expect(found).toEqual(records);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a file that grows', () => {
  it('gives the same lines however many chunks are read at once', async () => {
    const path = join(dir, 'run.out');
    const lines = fc.array(fc.stringMatching(/^[a-z]{0,150}$/), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 1, max: 5 }), async (texts, chunks) => {
        const text = texts.map((line) => `${line}\n`).join('');
        await writeFile(path, text);
        const limits = { lineBytes: 1000, chunkBytes: 64, chunksAtOnce: () => chunks };
        const tail = new StreamTail(new StreamFile(path, 0), limits, 0);
        const found: string[] = [];
        for (;;) {
          const chunk = await tail.next(text.length, false);
          if (chunk === undefined) break;
          for (let at = 0; at < chunk.lines.count; at += 1) found.push(chunk.lines.text(chunk.bytes, at));
          if (found.length % 7 === 0) tail.rest();
        }
        expect(found).toEqual(texts);
      }),
      { numRuns: 60 },
    );
  });
});

describe('buffers', () => {
  it('are used again, the smallest that is large enough, and never by two', () => {
    const buffers = new ReadBuffers();
    const small = buffers.take(10);
    const large = buffers.take(1000);
    buffers.give(large);
    buffers.give(small);
    expect(buffers.take(10)).toBe(small);
    expect(buffers.take(10)).toBe(large);
    expect(buffers.take(10)).not.toBe(large);
    buffers.clear();
  });
});
