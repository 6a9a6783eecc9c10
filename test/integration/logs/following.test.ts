import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { LogEntry } from '../../../src/managers/shared/logs/types.ts';
import { watchFolder } from '../../../src/managers/shared/logs/watcher.ts';
import { followUntil, readAll, Room } from './support.ts';

let room: Room;
beforeEach(async () => {
  room = await Room.make();
});
afterEach(() => room.end());

describe('following', () => {
  it('costs nothing with 100 watched runs and no output, and sees the next line at once', async (context) => {
    const store = await room.open();
    const logs = await Promise.all(Array.from({ length: 100 }, (_, at) => store.open(`r${at}`)));
    const files = await Promise.all(logs.map((log) => log.beginRun('run')));
    // All have become quiet when each has seen a line and nothing for a while.
    for (const [at, log] of logs.entries()) {
      const seen = followUntil(log, 0, () => true);
      await appendFile(files[at]?.stdoutFile ?? '', 'x\n');
      await seen;
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const used = process.cpuUsage(before);
    const cpu = (used.user + used.system) / 1000;
    const log = logs[50];
    if (log === undefined) throw new Error('no log');
    const started = performance.now();
    const seen = followUntil(log, log.lastSeq, () => true);
    await appendFile(files[50]?.stdoutFile ?? '', 'y\n');
    await seen;
    await context.annotate(
      `${cpu.toFixed(1)} ms of CPU in 2 s; a line took ${(performance.now() - started).toFixed(1)} ms`,
    );
    expect(cpu).toBeLessThan(100);
    expect(room.problems).toEqual([]);
  });

  it('polls when there are no watches left, and says so once', async () => {
    const store = await room.open({
      watch: () => {
        throw Object.assign(new Error('ENOSPC: System limit for number of file watchers reached'), { code: 'ENOSPC' });
      },
    });
    for (const key of ['a', 'b']) {
      const log = await store.open(key);
      const { stdoutFile } = await log.beginRun('run');
      await expect.poll(() => room.problems.length).toBe(1);
      const texts: string[] = [];
      const seen = followUntil(log, 0, (batch) => {
        texts.push(...batch.flatMap((entry) => (entry.kind === 'line' ? [entry.text] : [])));
        return texts.length === 2;
      });
      await appendFile(stdoutFile, 'one\n');
      await appendFile(stdoutFile, 'two\n');
      await seen;
      expect(texts).toEqual(['one', 'two']);
    }
    expect(room.problems).toEqual([expect.stringMatching(/cannot be watched .*twice a second/)]);
  });

  it('polls when a watch dies later', async () => {
    let fail: ((error: unknown) => void) | undefined;
    const store = await room.open({
      watch: (folder, onChange, onError) => {
        fail = onError;
        return watchFolder(folder, onChange, onError);
      },
    });
    const log = await store.open('a');
    const { stdoutFile } = await log.beginRun('run');
    await expect.poll(() => fail !== undefined).toBe(true);
    fail?.(new Error('EMFILE'));
    const seen = followUntil(log, 0, () => true);
    await appendFile(stdoutFile, 'one\n');
    await seen;
    expect(room.problems).toHaveLength(1);
  });

  it('ends promptly when aborted or when the store closes', async () => {
    const store = await room.open();
    const log = await store.open('a');
    log.append('server', 'hello');
    const stop = new AbortController();
    const iterator = log.follow(0, stop.signal)[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toEqual([
      expect.objectContaining({ text: 'hello', seq: 1, source: 'server' }),
    ]);
    const waiting = iterator.next();
    stop.abort();
    expect(await waiting).toMatchObject({ done: true });
    const other = log.follow(log.lastSeq, new AbortController().signal)[Symbol.asyncIterator]().next();
    await store.close();
    expect(await other).toMatchObject({ done: true });
  });

  it('gives replay and live exactly once while lines come', async () => {
    const log = await (await room.open({ limits: { ringLines: 5 } })).open('a');
    const { stdoutFile, stderrFile } = await log.beginRun('run');
    const results = Array.from({ length: 5 }, async () => {
      const seqs: number[] = [];
      await followUntil(log, 0, (batch) => seqs.push(...batch.map(({ seq }) => seq)) >= 3000);
      return seqs;
    });
    for (let at = 0; at < 1000; at += 1) {
      await appendFile(stdoutFile, `out ${at}\n`);
      await appendFile(stderrFile, `err ${at}\n`);
      log.append('system', `said ${at}`);
    }
    for (const seqs of await Promise.all(results)) expect(seqs).toEqual(seqs.map((_, at) => at + 1));
    const entries = await readAll(log);
    const texts = (source: string): string[] =>
      entries.flatMap((entry: LogEntry) => (entry.kind === 'line' && entry.source === source ? [entry.text] : []));
    expect(texts('stdout')).toEqual(Array.from({ length: 1000 }, (_, at) => `out ${at}`));
    expect(texts('stderr')).toEqual(Array.from({ length: 1000 }, (_, at) => `err ${at}`));
    expect(texts('system')).toEqual(Array.from({ length: 1000 }, (_, at) => `said ${at}`));
  });
});

describe('asking and refusing', () => {
  it('names the field that is wrong', async () => {
    const store = await room.open();
    const log = await store.open('a');
    for (const lines of [0, 100_001, 1.5, Number.NaN]) {
      await expect(log.tail(lines)).rejects.toMatchObject({ code: 'invalid', field: 'lines' });
    }
    await expect(log.tail(1, 0)).rejects.toMatchObject({ code: 'invalid', field: 'before' });
    for (const key of ['../x', '', 'a/b', '.hidden']) {
      await expect(async () => store.open(key)).rejects.toMatchObject({ code: 'invalid', field: 'key' });
      await expect(async () => log.beginRun(key)).rejects.toMatchObject({ code: 'invalid', field: 'runId' });
    }
    await log.beginRun('run');
    await expect(log.beginRun('run')).rejects.toMatchObject({ code: 'conflict', field: 'runId' });
    await expect(log.endRun('other')).rejects.toMatchObject({ code: 'not-found' });
    await log.endRun('run');
    await log.endRun('run');
    expect(await log.tail(5)).toEqual([]);
  });

  it('opens cheaply with a thousand resources', async (context) => {
    const first = await room.open();
    for (let at = 0; at < 1000; at += 1) (await first.open(`r${at}`)).append('system', 'there');
    await first.close();
    const started = performance.now();
    const store = await room.open();
    const took = performance.now() - started;
    await context.annotate(`${took.toFixed(1)} ms`);
    expect(took).toBeLessThan(100);
    expect(await (await store.open('r500')).tail(1)).toMatchObject([{ text: 'there', seq: 1 }]);
  });

  it('erases a removed log, also while it is followed, and begins it anew', async () => {
    const store = await room.open();
    const log = await store.open('a');
    const { stdoutFile } = await log.beginRun('run');
    await appendFile(stdoutFile, 'old\n');
    await log.poke();
    const waiting = log.follow(1, new AbortController().signal)[Symbol.asyncIterator]().next();
    const [, fresh] = await Promise.all([store.remove('a'), store.open('a')]);
    expect(await waiting).toMatchObject({ done: true });
    expect(fresh.lastSeq === 0 || fresh === log).toBe(true);
    const anew = await store.open('a');
    anew.append('system', 'new');
    expect(await anew.tail(10)).toMatchObject([{ text: 'new', seq: 1 }]);
    await store.remove('a');
    expect(await readdir(join(room.dir))).toEqual([]);
  });

  it('pages back through what the ring does not hold', async () => {
    const log = await (await room.open({ limits: { ringLines: 10 } })).open('a');
    const { stdoutFile } = await log.beginRun('run');
    await appendFile(stdoutFile, Array.from({ length: 30_000 }, (_, at) => `${at}\n`).join(''));
    await log.poke();
    let before: number | undefined;
    const texts: string[] = [];
    for (;;) {
      const page = await log.tail(7000, before);
      if (page.length === 0) break;
      texts.unshift(...page.map((entry) => (entry.kind === 'line' ? entry.text : '?')));
      before = page[0]?.seq ?? 1;
      if (before === 1) break;
    }
    expect(texts).toEqual(Array.from({ length: 30_000 }, (_, at) => String(at)));
  });
});
