import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { errnoOf } from '../errors.ts';
import { parseAuxv, parseStat, splitNul, type LinuxUnits } from './linuxParse.ts';
import { shareRuns } from './sharing.ts';
import type { ProcessIdentity, ProcessPlatform, ProcessRow } from './types.ts';

/** Rows read before the event loop gets a turn: about 3 ms. */
const rowsPerTurn = 256;
/** Environments read side by side. */
const environmentsAtOnce = 32;

type EnvironmentIndex = ReadonlyMap<string, readonly ProcessIdentity[]>;

/** Reads the proc file system, see proc(5). */
export class LinuxPlatform implements ProcessPlatform {
  readonly bootId: string;
  readonly #units: LinuxUnits;
  readonly #sharedTable: () => Promise<readonly ProcessRow[]>;
  readonly #environmentScans = new Map<string, () => Promise<EnvironmentIndex>>();

  constructor() {
    this.bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const narrow = process.arch === 'arm' || process.arch === 'ia32' || process.arch === 'mipsel';
    this.#units = parseAuxv(readFileSync('/proc/self/auxv'), narrow ? 4 : 8);
    this.#sharedTable = shareRuns(() => this.#scan());
  }

  async identify(pid: number): Promise<ProcessIdentity | undefined> {
    const row = this.#read(pid);
    return row?.alive === true ? { pid, startTime: row.startTime, bootId: this.bootId } : undefined;
  }

  table(): Promise<readonly ProcessRow[]> {
    return this.#sharedTable();
  }

  async findByEnvironment(name: string, value: string): Promise<readonly ProcessIdentity[]> {
    let scan = this.#environmentScans.get(name);
    if (scan === undefined) {
      scan = shareRuns(() => this.#scanEnvironments(name));
      this.#environmentScans.set(name, scan);
    }
    return (await scan()).get(value) ?? [];
  }

  async environmentHolds(pid: number, name: string, value: string): Promise<boolean | undefined> {
    const environment = await readStrings(pid, 'environ');
    return environment?.includes(`${name}=${value}`);
  }

  async commandLine(pid: number): Promise<readonly string[] | undefined> {
    const args = await readStrings(pid, 'cmdline');
    return args === undefined || args.length === 0 ? undefined : args;
  }

  /**
   * Undefined when there is no such process. Synchronous on purpose: the kernel answers from memory without waiting for
   * anything, and the thread pool would make each read four times as dear (53 instead of 12 µs).
   */
  #read(pid: number): ProcessRow | undefined {
    try {
      return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'), this.#units);
    } catch (error) {
      // Anything else (EMFILE, say) must not look like the end of the process.
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ESRCH') return undefined;
      throw error;
    }
  }

  async #scan(): Promise<readonly ProcessRow[]> {
    const rows: ProcessRow[] = [];
    let read = 0;
    for (const pid of pidsOfProc()) {
      const row = this.#read(pid);
      if (row !== undefined) rows.push(row);
      read += 1;
      if (read % rowsPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return rows;
  }

  /** Unlike `stat`, `environ` waits for the memory of the process, so it is read off the main thread. */
  async #scanEnvironments(name: string): Promise<EnvironmentIndex> {
    const found = new Map<string, ProcessIdentity[]>();
    const pids = pidsOfProc();
    for (let at = 0; at < pids.length; at += environmentsAtOnce) {
      await Promise.all(
        pids.slice(at, at + environmentsAtOnce).map(async (pid) => {
          const before = await this.identify(pid);
          if (before === undefined) return;
          const entry = (await readStrings(pid, 'environ'))?.find((each) => each.startsWith(`${name}=`));
          if (entry === undefined) return;
          // The pid may have gone to somebody else while its environment was read.
          const after = await this.identify(pid);
          if (after?.startTime !== before.startTime) return;
          const value = entry.slice(name.length + 1);
          const same = found.get(value);
          if (same === undefined) found.set(value, [before]);
          else same.push(before);
        }),
      );
    }
    return found;
  }
}

function pidsOfProc(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Undefined when the process is gone or belongs to another user. */
async function readStrings(pid: number, file: 'environ' | 'cmdline'): Promise<readonly string[] | undefined> {
  try {
    return splitNul(await readFile(`/proc/${pid}/${file}`, 'utf8'));
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return undefined;
    throw error;
  }
}
