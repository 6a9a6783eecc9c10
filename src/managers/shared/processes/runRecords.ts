import { randomUUID } from 'node:crypto';
import { access, mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { DevyardError, errnoOf, messageOf } from '../errors.ts';
import type { ProcessIdentity, RunRecord } from './types.ts';

const runIdPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

const port = z.int().min(1).max(65_535);

const recordSchema = z.object({
  runId: z.string().regex(runIdPattern),
  resource: z.string(),
  hostId: z.string(),
  bootId: z.string(),
  pid: z.int().min(2).exactOptional(),
  startTime: z.string().exactOptional(),
  command: z.array(z.string()),
  intendedAt: z.number(),
  ports: z.object({ own: port.exactOptional(), debug: port.exactOptional() }).exactOptional(),
});

/** A record that could not be read: set aside under `file` (unless it could not even be opened), for a person to look at. */
export interface CorruptRecord {
  readonly file: string;
  readonly reason: string;
}

export interface RunRecordList {
  readonly records: readonly RunRecord[];
  readonly corrupt: readonly CorruptRecord[];
}

/**
 * The run files: one JSON file a run, 0600, replaced as a whole, on disk before the promise settles. They are kept
 * outside the database so that a lost database loses no child. Writes reject `disk-full` when there is no space; what was
 * there before is untouched then. One daemon at a time owns the folder.
 */
export class RunRecords {
  readonly #folder: string;
  /** The last write of each run: they follow one another. */
  readonly #writes = new Map<string, Promise<void>>();
  readonly #temporary = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** To be awaited before the spawn. */
  async writeIntent(record: RunRecord): Promise<void> {
    const { pid: _pid, startTime: _startTime, ...intent } = record;
    await this.#inOrder(record.runId, () => this.#write(record.runId, intent));
  }

  async writeStarted(record: RunRecord, identity: ProcessIdentity): Promise<void> {
    const { pid, startTime, bootId } = identity;
    await this.#inOrder(record.runId, () => this.#write(record.runId, { ...record, pid, startTime, bootId }));
  }

  /** Fine when there is none. */
  async remove(runId: string): Promise<void> {
    await this.#inOrder(runId, () => unlink(this.#file(runId)).catch(ignoreMissing));
  }

  /** All records. A torn or foreign file is renamed to `*.corrupt` and reported, never thrown away. */
  async list(): Promise<RunRecordList> {
    const names = await readdir(this.#folder).catch((error: unknown): string[] => {
      ignoreMissing(error);
      return [];
    });
    const records: RunRecord[] = [];
    const corrupt: CorruptRecord[] = [];
    for (const name of names.sort()) {
      if (name.endsWith('.json')) await this.#read(name, records, corrupt);
      // Never renamed, so nothing was started on its account.
      else if (name.endsWith('.tmp') && !this.#temporary.has(name)) {
        await unlink(join(this.#folder, name)).catch(ignoreMissing);
      }
    }
    return { records, corrupt };
  }

  async #read(name: string, records: RunRecord[], corrupt: CorruptRecord[]): Promise<void> {
    const file = join(this.#folder, name);
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') corrupt.push({ file, reason: messageOf(error) });
      return;
    }
    const parsed = parseRunRecord(text);
    if (typeof parsed !== 'string' && name === `${parsed.runId}.json`) {
      records.push(parsed);
      return;
    }
    const reason = typeof parsed === 'string' ? parsed : `it is the record of run ${parsed.runId}`;
    corrupt.push({ file: await this.#quarantine(file), reason });
  }

  async #quarantine(file: string): Promise<string> {
    let aside = `${file}.corrupt`;
    for (let copy = 2; await exists(aside); copy += 1) aside = `${file}.${copy}.corrupt`;
    await rename(file, aside);
    return aside;
  }

  async #write(runId: string, record: RunRecord): Promise<void> {
    const name = `.${runId}.${randomUUID()}.tmp`;
    const temporary = join(this.#folder, name);
    this.#temporary.add(name);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(`${JSON.stringify(record)}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, this.#file(runId));
      await syncFolder(this.#folder);
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw this.#writeFailed(error);
    } finally {
      this.#temporary.delete(name);
    }
  }

  #writeFailed(error: unknown): DevyardError {
    const code = errnoOf(error);
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      const message = `The disk is full: no run file can be written to ${this.#folder}.`;
      return new DevyardError('disk-full', message, { hint: 'Free some space, then try again.', cause: error });
    }
    const message = `No run file can be written to ${this.#folder}: ${messageOf(error)}`;
    return new DevyardError('internal', message, { hint: 'Check who owns the folder.', cause: error });
  }

  #file(runId: string): string {
    return join(this.#folder, `${runId}.json`);
  }

  async #inOrder(runId: string, task: () => Promise<void>): Promise<void> {
    if (!runIdPattern.test(runId)) {
      throw new DevyardError('invalid', 'A run id has letters, digits, "-" and "_" only.', { field: 'runId' });
    }
    const before = this.#writes.get(runId) ?? Promise.resolve();
    const own = before.then(task, task);
    this.#writes.set(runId, own);
    try {
      await own;
    } finally {
      if (this.#writes.get(runId) === own) this.#writes.delete(runId);
    }
  }
}

/** The record, or why the text is none. */
export function parseRunRecord(text: string): RunRecord | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return `it is no JSON: ${messageOf(error)}`;
  }
  const parsed = recordSchema.safeParse(json);
  return parsed.success ? parsed.data : z.prettifyError(parsed.error);
}

/** A rename is only on disk when its folder is. Windows cannot open folders and needs no such thing. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function ignoreMissing(error: unknown): void {
  if (errnoOf(error) !== 'ENOENT') throw error;
}
