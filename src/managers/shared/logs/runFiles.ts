import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { DevyardError, errnoOf, messageOf } from '../errors.ts';
import { streamFileName, type StreamName } from './names.ts';
import type { LogState, RunState } from './state.ts';
import { StreamFile } from './streamFile.ts';

export interface RunFiles {
  readonly out: StreamFile;
  readonly err: StreamFile;
}

/** The files of one log's runs, made known when they are asked for. */
export class RunFileSet {
  readonly #folder: string;
  readonly #known = new WeakMap<RunState, RunFiles>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  of(run: RunState): RunFiles {
    let files = this.#known.get(run);
    if (files === undefined) {
      files = {
        out: new StreamFile(this.#path(run.id, 'out'), run.out.base),
        err: new StreamFile(this.#path(run.id, 'err'), run.err.base),
      };
      this.#known.set(run, files);
    }
    return files;
  }

  /**
   * Makes both files (0600); with `mustBeNew` it is an error when there is one already.
   * Throws `conflict`, `disk-full` or `internal`.
   */
  async create(runId: string, mustBeNew: boolean): Promise<void> {
    try {
      for (const stream of ['out', 'err'] as const) {
        const handle = await open(this.#path(runId, stream), mustBeNew ? 'ax' : 'a', 0o600);
        await handle.close();
      }
    } catch (error) {
      throw fileError(error, runId);
    }
  }

  async remove(runId: string, which: (stream: StreamName) => boolean = () => true): Promise<void> {
    for (const stream of (['out', 'err'] as const).filter(which)) await rm(this.#path(runId, stream), { force: true });
  }

  /** Settles truncations that a kill interrupted. Returns the runs whose files now begin elsewhere than the index says. */
  async adoptKept(state: LogState): Promise<RunState[]> {
    const names = (await readdir(this.#folder)).filter((name) => name.includes('.kept-'));
    const moved: RunState[] = [];
    if (names.length === 0) return moved;
    for (const run of state.runs.values()) {
      const files = this.of(run);
      await files.out.adoptKept(names);
      await files.err.adoptKept(names);
      if (files.out.base !== run.out.base || files.err.base !== run.err.base) moved.push(run);
    }
    return moved;
  }

  #path(runId: string, stream: StreamName): string {
    return join(this.#folder, streamFileName(runId, stream));
  }
}

function fileError(error: unknown, runId: string): DevyardError {
  const code = errnoOf(error);
  if (code === 'EEXIST')
    return new DevyardError('conflict', `The run ${runId} has log files already.`, { field: 'runId' });
  return new DevyardError(
    code === 'ENOSPC' || code === 'EDQUOT' ? 'disk-full' : 'internal',
    `The log files of run ${runId} could not be made: ${messageOf(error)}`,
    { hint: 'Free disk space, or check the permissions of the data directory.', cause: error },
  );
}
