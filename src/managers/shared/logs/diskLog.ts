import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Clock } from '../clock.ts';
import { DevyardError, messageOf } from '../errors.ts';
import { History, type HistorySource } from './history.ts';
import type { HeadFreer } from './holes.ts';
import { IndexFile } from './indexFile.ts';
import { Ingest } from './ingest.ts';
import { checkLabel, checkName, INDEX_NAME } from './names.ts';
import { Publisher } from './publisher.ts';
import { LogReader } from './reader.ts';
import { encodeRecord, type BeginRecord, type IndexRecord } from './records.ts';
import { RunFileSet } from './runFiles.ts';
import { Mutex } from '../mutex.ts';
import { LogState, type RunState } from './state.ts';
import { textRecords } from './textRecords.ts';
import { Trimmer } from './trimmer.ts';
import type { LogEntry, LogLimits, ResourceLog, RunLogFiles, RunOptions } from './types.ts';
import { FolderReader, type WatchFolder } from './watcher.ts';

export interface DiskLogOptions {
  readonly folder: string;
  readonly limits: LogLimits;
  readonly clock: Clock;
  readonly watch: WatchFolder;
  readonly freer: HeadFreer;
  readonly onProblem: (message: string) => void;
  readonly onUnwatchable: (message: string) => void;
  /** Called with the number of bytes that were added. */
  readonly onGrowth: (bytes: number) => void;
}

/** One resource's log in one folder: the runs' files, and the index that says what they hold in which order. */
export class DiskLog implements ResourceLog {
  readonly #options: DiskLogOptions;
  readonly #state = new LogState();
  readonly #mutex = new Mutex();
  readonly #index: IndexFile;
  readonly #files: RunFileSet;
  readonly #folderReader: FolderReader;
  readonly #publisher: Publisher;
  readonly #reader: LogReader;
  readonly #trimmer: Trimmer;
  readonly #ingest: Ingest;
  #epoch = 0;
  #closed = false;

  private constructor(options: DiskLogOptions) {
    const { folder, limits, clock, watch, freer, onProblem } = options;
    const state = this.#state;
    const index = new IndexFile(join(folder, INDEX_NAME), onProblem);
    const files = new RunFileSet(folder);
    const publisher = new Publisher(index, limits);
    const run = (no: number): ReturnType<HistorySource['run']> => {
      const known = state.runs.get(no);
      return known && { ...files.of(known), lineBytes: known.lineBytes, label: known.label };
    };
    this.#options = options;
    this.#index = index;
    this.#files = files;
    this.#publisher = publisher;
    this.#reader = new LogReader(
      publisher,
      state.gaps,
      new History({ index, gaps: state.gaps, epoch: () => this.#epoch, run }),
      () => this.#epoch,
    );
    this.#trimmer = new Trimmer({
      state,
      index,
      publisher,
      freer,
      clock,
      onProblem,
      runBytes: limits.runBytes,
      files: (known) => files.of(known),
      dropped: () => {
        this.#epoch += 1;
      },
    });
    this.#ingest = new Ingest({
      state,
      files,
      publisher,
      trimmer: this.#trimmer,
      clock,
      limits,
      onProblem,
      onGrowth: options.onGrowth,
      isFollowed: () => this.#reader.isFollowed,
      readAgain: () => void this.#readAll(),
    });
    this.#folderReader = new FolderReader({
      folder,
      clock,
      watch,
      ignore: INDEX_NAME,
      read: () => this.#readAll(),
      onUnwatchable: options.onUnwatchable,
    });
  }

  static async load(options: DiskLogOptions): Promise<DiskLog> {
    const log = new DiskLog(options);
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    await chmod(options.folder, 0o700);
    const state = log.#state;
    await log.#index.load((record, bytes) => state.apply(record, bytes));
    log.#publisher.startAt(state.nextSeq - 1);
    for (const id of state.goneIds.splice(0)) {
      if (state.runOf(id) === undefined) await log.#files.remove(id);
    }
    for (const run of await log.#files.adoptKept(state)) {
      const { out, err } = log.#files.of(run);
      log.#record({ t: 'base', run: run.no, out: out.base, err: err.base });
    }
    return log;
  }

  get lastSeq(): number {
    return this.#publisher.lastSeq;
  }

  beginRun(runId: string, { label }: RunOptions = {}): Promise<RunLogFiles> {
    checkName(runId, 'runId');
    checkLabel(label);
    return this.#exclusive(async () => {
      if (this.#state.runOf(runId) !== undefined) {
        throw new DevyardError('conflict', `The run ${runId} has a log already.`, { field: 'runId' });
      }
      const run = this.#begin(runId, label);
      await this.#publisher.flush();
      try {
        await this.#files.create(runId, true);
      } catch (error) {
        this.#record({ t: 'end', run: run.no, time: this.#options.clock.now() });
        throw error;
      }
      return this.#follow(run);
    });
  }

  resumeRun(runId: string, { label }: RunOptions = {}): Promise<RunLogFiles> {
    checkName(runId, 'runId');
    checkLabel(label);
    return this.#exclusive(async () => {
      const known = this.#state.runOf(runId);
      const run = known === undefined || known.endedAt !== undefined ? this.#begin(runId, label, known) : known;
      await this.#publisher.flush();
      await this.#files.create(runId, false);
      return this.#follow(run);
    });
  }

  endRun(runId: string): Promise<void> {
    return this.#exclusive(async () => {
      const run = this.#state.runOf(runId);
      if (run === undefined) throw new DevyardError('not-found', `The run ${runId} has no log.`, { field: 'runId' });
      if (run.endedAt !== undefined) return;
      await this.#ingest.end(run);
      this.#record({ t: 'end', run: run.no, time: this.#options.clock.now() });
      await this.#publisher.flush();
      if (this.liveRuns === 0) {
        this.#folderReader.stop();
        await this.#index.close();
      }
      await this.#files.remove(runId, (stream) => run[stream].to === 0);
      await this.#trimmer.compactIfWorth();
    });
  }

  append(source: 'system' | 'server', text: string, from?: string): void {
    if (this.#closed) {
      this.#options.onProblem(`A ${source} line came after the log was closed: ${text.slice(0, 200)}`);
      return;
    }
    const { clock, limits, onGrowth } = this.#options;
    const { lineBytes } = limits;
    for (const { record, line } of textRecords(source, text, this.#state.nextSeq, clock.now(), lineBytes, from)) {
      const bytes = Buffer.byteLength(encodeRecord(record));
      this.#state.apply(record, bytes);
      this.#publisher.enqueue(record, record.seq, [line]);
      onGrowth(bytes);
    }
    void this.#publisher.flush().then(() => this.#afterAppend());
  }

  async tail(lines: number, beforeSeq?: number): Promise<readonly LogEntry[]> {
    await this.#publisher.flush();
    return this.#reader.tail(lines, beforeSeq);
  }

  follow(afterSeq: number, signal: AbortSignal): AsyncIterable<readonly LogEntry[]> {
    return this.#reader.follow(afterSeq, signal);
  }

  async poke(): Promise<void> {
    await this.#readAll();
    // What was appended a moment ago counts as well.
    await this.#publisher.flush();
  }

  /** Stops following; what the children write from now on is read by the next daemon. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#folderReader.stop();
    await this.#mutex.run(async () => {
      await this.#publisher.flush();
      await this.#index.flush();
      await this.#index.close();
      this.#ingest.stop();
    });
    this.#reader.close();
  }

  /** Removes a run if it is known and has ended. Returns whether it did. */
  removeEndedRun(runId: string): Promise<boolean> {
    return this.#exclusive(async () => {
      const run = this.#state.runOf(runId);
      if (run === undefined || run.endedAt === undefined) return false;
      await this.#trimmer.removeRun(run);
      return true;
    });
  }

  /** Drops the oldest bytes of every live run that is larger than `bytes`. */
  shrinkLiveRuns(bytes: number): Promise<void> {
    return this.#exclusive(async () => {
      for (const run of this.#ingest.liveRuns) await this.#trimmer.shrink(run, bytes);
    });
  }

  get liveRuns(): number {
    return this.#ingest.liveRuns.length;
  }

  #exclusive<T>(job: () => Promise<T>): Promise<T> {
    return this.#mutex.run(() => {
      if (this.#closed) throw new DevyardError('wrong-state', 'The log store was closed.');
      return job();
    });
  }

  #begin(runId: string, label: string | undefined, known?: RunState): RunState {
    const { clock, limits } = this.#options;
    const no = known?.no ?? this.#state.nextRun;
    const line = known?.lineBytes ?? limits.lineBytes;
    const kept = known === undefined ? label : known.label;
    const whose = kept === undefined ? {} : { label: kept };
    const record: BeginRecord = { t: 'begin', run: no, id: runId, time: clock.now(), line, ...whose };
    this.#record(record);
    const run = this.#state.runs.get(no);
    if (run === undefined) throw new DevyardError('internal', `The run ${runId} was not taken into the log.`);
    return run;
  }

  #follow(run: RunState): RunLogFiles {
    this.#ingest.begin(run);
    const { out, err } = this.#files.of(run);
    this.#folderReader.start();
    return { stdoutFile: out.path, stderrFile: err.path };
  }

  #readAll(): Promise<boolean> {
    return this.#mutex.run(async () => !this.#closed && (await this.#ingest.readAll()));
  }

  #record(record: IndexRecord): void {
    this.#trimmer.record(record);
  }

  async #afterAppend(): Promise<void> {
    if (this.#index.bytes <= this.#options.limits.runBytes) return;
    try {
      await this.#mutex.run(async () => {
        if (!this.#closed) await this.#trimmer.keepWithin(undefined);
      });
    } catch (error) {
      this.#options.onProblem(`The log could not be kept within its limits: ${messageOf(error)}`);
    }
  }
}
