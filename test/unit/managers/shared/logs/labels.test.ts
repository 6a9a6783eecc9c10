import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLogStore } from '../../../../../src/managers/shared/logs/logStore.ts';
import type {
  LogEntry,
  LogLimits,
  LogStore,
  ResourceLog,
  RunLogFiles,
} from '../../../../../src/managers/shared/logs/types.ts';
import { temporaryFolder, type Temporary } from '../../../../support/temporary.ts';

let folder: Temporary;
let store: LogStore;
let log: ResourceLog;

async function open(limits: Partial<LogLimits> = {}): Promise<void> {
  store = await openLogStore({
    dir: folder.path,
    limits,
    onProblem: (message) => {
      throw new Error(message);
    },
  });
  log = await store.open('project');
}

async function reopen(limits: Partial<LogLimits> = {}): Promise<void> {
  await store.close();
  await open(limits);
}

beforeEach(async () => {
  folder = await temporaryFolder();
  await open();
});

afterEach(async () => {
  await store.close();
  await folder[Symbol.asyncDispose]();
});

async function write(file: string, text: string): Promise<void> {
  await appendFile(file, text);
  await log.poke();
}

const whose = (entries: readonly LogEntry[]): readonly (readonly [string | undefined, string])[] =>
  entries.flatMap((entry) => (entry.kind === 'line' ? [[entry.from, entry.text] as const] : []));

const atPath = (name: string): string => join(folder.path, 'project', name);

describe('labels', () => {
  it('tell the lines of runs that live side by side apart, in memory and read back from disk', async () => {
    const ui = await log.beginRun('run-1', { label: 'ui' });
    const api = await log.beginRun('run-2', { label: 'api' });
    const plain = await log.beginRun('run-3');
    await write(ui.stdoutFile, 'one\n');
    await write(api.stderrFile, 'two\n');
    log.append('system', 'three', 'api');
    await write(plain.stdoutFile, 'four\n');
    log.append('system', 'five');
    await write(ui.stderrFile, 'six\n');
    const expected = [
      ['ui', 'one'],
      ['api', 'two'],
      ['api', 'three'],
      [undefined, 'four'],
      [undefined, 'five'],
      ['ui', 'six'],
    ];
    expect(whose(await log.tail(10))).toEqual(expected);
    await reopen();
    expect(whose(await log.tail(10))).toEqual(expected);
  });

  it('leave no trace where none was given', async () => {
    const { stdoutFile } = await log.beginRun('run-1');
    await write(stdoutFile, 'one\n');
    log.append('system', 'two');
    const inMemory = await log.tail(2);
    await reopen();
    for (const entry of [...inMemory, ...(await log.tail(2))]) expect(entry).not.toHaveProperty('from');
    expect(await readFile(atPath('index.jsonl'), 'utf8')).not.toMatch(/label|from/);
  });

  it('are those a run began with when it is followed again, live or ended', async () => {
    const ui = await log.beginRun('run-1', { label: 'ui' });
    await write(ui.stdoutFile, 'before\n');
    await reopen();
    await log.resumeRun('run-1');
    await write(ui.stdoutFile, 'after\n');
    await log.endRun('run-1');
    await reopen();
    const again = await log.resumeRun('run-1', { label: 'another' });
    await write(again.stdoutFile, 'late\n');
    const expected = ['before', 'after', 'late'].map((text) => ['ui', text]);
    expect(whose(await log.tail(3))).toEqual(expected);
    await reopen();
    expect(whose(await log.tail(3))).toEqual(expected);
  });

  it('can be given anew to a run whose beginning the log has lost', async () => {
    const { stdoutFile } = await log.resumeRun('unheard-of', { label: 'ui' });
    await write(stdoutFile, 'one\n');
    expect(whose(await log.tail(1))).toEqual([['ui', 'one']]);
  });

  it('survive a compaction of the index', async () => {
    const limits = { runBytes: 20_000, ringLines: 5 };
    await reopen(limits);
    const ui = await log.beginRun('run-1', { label: 'ui' });
    await write(ui.stdoutFile, 'old\n');
    for (let n = 0; n < 1500; n += 1) log.append('system', `${String(n)} ${'x'.repeat(80)}`, 'api');
    await log.tail(1);
    // Waits behind the compaction, and is refused.
    await log.endRun('unknown').catch(() => undefined);
    const index = await readFile(atPath('index.jsonl'), 'utf8');
    expect(index.length).toBeLessThan(64 * 1024);
    expect(index).toContain('"label":"ui"');
    await write(ui.stdoutFile, 'new\n');
    await reopen(limits);
    await log.resumeRun('run-1');
    await write(ui.stdoutFile, 'newest\n');
    const lines = whose(await log.tail(40));
    expect(lines.slice(-2)).toEqual([
      ['ui', 'new'],
      ['ui', 'newest'],
    ]);
    expect(lines.slice(0, -2).every(([from]) => from === 'api')).toBe(true);
    expect(lines.length).toBeGreaterThan(10);
  });

  it('stay with their lines in any order of writes, pieces of long lines and restarts', async () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.record({ run: fc.nat({ max: 2 }), length: fc.nat({ max: 90 }) }) },
        { weight: 1, arbitrary: fc.constant('reopen' as const) },
      ),
      { minLength: 1, maxLength: 20 },
    );
    const labels = ['ui', 'api', undefined];
    const limits = { lineBytes: 32, ringLines: 4 };
    let round = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        round += 1;
        await reopen(limits);
        log = await store.open(`project-${String(round)}`);
        const begin = async (label: string | undefined, at: number): Promise<RunLogFiles> =>
          log.beginRun(`run-${String(at)}`, label === undefined ? {} : { label });
        const files = await Promise.all(labels.map(begin));
        const expected: (string | undefined)[] = [];
        for (const step of sequence) {
          if (step === 'reopen') {
            await reopen(limits);
            log = await store.open(`project-${String(round)}`);
            for (const at of labels.keys()) await log.resumeRun(`run-${String(at)}`);
            continue;
          }
          await write(files[step.run]?.stdoutFile ?? '', `${'x'.repeat(step.length)}\n`);
          const pieces = Math.max(1, Math.ceil(step.length / 32));
          for (let piece = 0; piece < pieces; piece += 1) expected.push(labels[step.run]);
        }
        expect(whose(await log.tail(1000)).map(([from]) => from)).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  it.each(['', 'a\nb', 'x'.repeat(101)])('are refused when they are no short text in one line: %j', async (label) => {
    await expect(async () => log.beginRun('run-1', { label })).rejects.toMatchObject({
      code: 'invalid',
      field: 'label',
    });
    await expect(log.endRun('run-1')).rejects.toMatchObject({ code: 'not-found' });
  });
});
