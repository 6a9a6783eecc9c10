import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openLogStore, type LogStoreOptions } from '../../../src/managers/shared/logs/logStore.ts';
import type { LogEntry, LogStore, ResourceLog, RunLogFiles } from '../../../src/managers/shared/logs/types.ts';

/** A folder, the stores opened in it and the children that write there; all of it ends with the test. */
export class Room {
  readonly dir: string;
  readonly problems: string[] = [];
  readonly #stores: LogStore[] = [];
  readonly #children: ChildProcess[] = [];

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async make(): Promise<Room> {
    return new Room(await mkdtemp(join(tmpdir(), 'logs-')));
  }

  async open(options: Partial<LogStoreOptions> = {}): Promise<LogStore> {
    const store = await openLogStore({
      dir: this.dir,
      onProblem: (message) => this.problems.push(message),
      ...options,
    });
    this.#stores.push(store);
    return store;
  }

  /** Starts a script of Node.js that writes to the two files itself. */
  start(script: string, { stdoutFile, stderrFile }: RunLogFiles, ...args: string[]): ChildProcess {
    const out = openSync(stdoutFile, 'a');
    const err = openSync(stderrFile, 'a');
    try {
      const child = spawn(process.execPath, ['-e', script, ...args], { stdio: ['pipe', out, err] });
      this.#children.push(child);
      return child;
    } finally {
      closeSync(out);
      closeSync(err);
    }
  }

  adopt(child: ChildProcess): ChildProcess {
    this.#children.push(child);
    return child;
  }

  async end(): Promise<void> {
    for (const child of this.#children) {
      child.kill('SIGKILL');
      await exited(child);
    }
    for (const store of this.#stores) await store.close();
    await rm(this.dir, { recursive: true, force: true });
  }
}

export async function exited(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code));
  });
}

/** Reads until `enough` says so. */
export async function followUntil(
  log: ResourceLog,
  after: number,
  onBatch: (batch: readonly LogEntry[]) => boolean,
): Promise<void> {
  const stop = new AbortController();
  for await (const batch of log.follow(after, stop.signal)) {
    if (onBatch(batch)) return;
  }
}

/** All entries that there are, the last one included. */
export async function readAll(log: ResourceLog): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  if (log.lastSeq === 0) return entries;
  await followUntil(log, 0, (batch) => {
    entries.push(...batch);
    const last = batch.at(-1);
    return last !== undefined && last.seq + (last.kind === 'gap' ? last.droppedLines - 1 : 0) >= log.lastSeq;
  });
  return entries;
}
