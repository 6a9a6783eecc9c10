import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Clock } from '../../shared/clock.ts';
import { errnoOf, messageOf } from '../../shared/errors.ts';
import { FileWatch } from '../../shared/fileWatch.ts';
import type { WatchFolder } from '../../shared/logs/watcher.ts';
import { ExitWatcher } from '../../shared/processes/exitWatcher.ts';
import type { ProcessPlatform } from '../../shared/processes/types.ts';
import { dialAddress, type Dial } from './dial.ts';
import { parseDevinfo, type ExternalInfo } from './parse.ts';
import { isSame, judge, type Attachment, type Sight } from './transition.ts';

/** A `.devinfo` has a few hundred bytes. */
const largestFile = 64 * 1024;
/** So often in a row the watches may have to be set anew before a reading counts as good enough. */
const maxReadings = 5;

export interface DevinfoWatchOptions {
  /** Absolute path; neither it nor its folder needs to exist. */
  readonly file: string;
  readonly clock: Clock;
  readonly watch: WatchFolder;
  readonly platform: ProcessPlatform;
  /** Attached (with another plugin than before), or detached: undefined. */
  readonly onChange: (info: ExternalInfo | undefined) => void;
  /** A file that cannot be used, told once until it changes its fault or can be used. */
  readonly onProblem: (message: string) => void;
  readonly selfPid?: number;
  readonly system?: NodeJS.Platform;
  readonly dial?: Dial;
}

/**
 * Watches the `.devinfo` file of a plugin that somebody else runs. It is attached once the process that the file names is
 * alive and its address accepts a connection, and until the file or that very process is gone. Nothing is polled while
 * there is no plugin: the file system tells when there is one.
 */
export class DevinfoWatch {
  readonly #options: DevinfoWatchOptions;
  readonly #file: FileWatch;
  readonly #exits: ExitWatcher;
  readonly #ending = new AbortController();
  #attachment: Attachment | undefined;
  #unwatch: (() => void) | undefined;
  #cancelAgain: (() => void) | undefined;
  #last: Sight['kind'] | undefined;
  #repeats = 0;
  #told: string | undefined;
  #looking = false;
  /** Something changed during a look, perhaps after it had read the file. */
  #missed = false;
  /** Ends the dialling of a look that has become old. */
  #abandon = new AbortController();

  constructor(options: DevinfoWatchOptions) {
    const { file, clock, watch, platform } = options;
    this.#options = options;
    this.#file = new FileWatch({ path: file, clock, watch, onChange: () => this.#fileChanged() });
    this.#exits = new ExitWatcher({ platform, clock });
    this.#look();
  }

  /** What the attached plugin says about itself; undefined while none is. */
  get info(): ExternalInfo | undefined {
    return this.#attachment?.info;
  }

  /** Ends the watch; nothing is told any more. */
  close(): void {
    this.#ending.abort();
    this.#cancelAgain?.();
    this.#file.close();
    this.#exits.dispose();
  }

  #fileChanged(): void {
    // What may have been the middle of a replacement gets its time anew.
    this.#last = undefined;
    this.#look();
  }

  #look(): void {
    if (this.#ending.signal.aborted) return;
    if (this.#looking) {
      this.#missed = true;
      this.#abandon.abort();
      return;
    }
    this.#looking = true;
    this.#missed = false;
    this.#abandon = new AbortController();
    this.#cancelAgain?.();
    this.#cancelAgain = undefined;
    void this.#see()
      // Not being able to look (too many open files, say) is no end: a later look tells.
      .catch((): Sight => ({ kind: 'silent' }))
      .then((sight) => {
        this.#looking = false;
        if (this.#ending.signal.aborted) return;
        if (this.#missed) this.#look();
        else this.#take(sight);
      });
  }

  #take(sight: Sight): void {
    this.#repeats = sight.kind === this.#last ? this.#repeats + 1 : 0;
    this.#last = sight.kind;
    const { attachment, problem, againMs } = judge(this.#attachment, sight, this.#repeats);
    if (againMs !== undefined) this.#cancelAgain = this.#options.clock.after(againMs, () => this.#look());
    if (sight.kind !== 'unfit') this.#told = undefined;
    if (problem !== undefined && problem !== this.#told) {
      this.#told = problem;
      this.#options.onProblem(`${this.#options.file} is ignored. ${problem}`);
    }
    this.#attach(attachment);
  }

  #attach(attachment: Attachment | undefined): void {
    if (isSame(attachment, this.#attachment)) return;
    this.#attachment = attachment;
    this.#unwatch?.();
    this.#unwatch =
      attachment === undefined ? undefined : this.#exits.watch(attachment.identity, () => this.#exited(attachment));
    this.#options.onChange(attachment?.info);
  }

  #exited(attachment: Attachment): void {
    if (attachment !== this.#attachment || this.#ending.signal.aborted) return;
    this.#attach(undefined);
    // A successor that did not answer while this one lived may do so now.
    this.#look();
  }

  async #see(): Promise<Sight> {
    const { file, platform, dial = dialAddress } = this.#options;
    const { selfPid = process.pid, system = process.platform } = this.#options;
    let text: string | Sight;
    let readings = 0;
    do {
      await this.#file.arm();
      text = await readSmallFile(file);
      readings += 1;
      // What happened between the reading and a watch that is newer than it was seen by nobody.
    } while (readings < maxReadings && (await this.#file.arm()));
    if (typeof text !== 'string') return text;
    const reading = parseDevinfo(text, { selfPid, system });
    if (!reading.ok) return { kind: 'unfit', problem: reading.problem };
    const { info, address } = reading;
    const before = await platform.identify(info.pid);
    if (before === undefined) return { kind: 'dead' };
    const current = this.#attachment;
    const known = { info, identity: before };
    if (isSame(current, known)) return { kind: 'answers', attachment: known };
    if (!(await dial(address, AbortSignal.any([this.#ending.signal, this.#abandon.signal])))) return { kind: 'silent' };
    // It may have ended meanwhile, and another may have its pid: who answered is not known then.
    const after = await platform.identify(info.pid);
    return after?.startTime === before.startTime ? { kind: 'answers', attachment: known } : { kind: 'dead' };
  }
}

/** Not blocking: what lies there may be a pipe that nobody writes to. */
async function readSmallFile(path: string): Promise<string | Sight> {
  let handle;
  try {
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    if (!(await handle.stat()).isFile()) return { kind: 'unfit', problem: 'It is not a file.' };
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(largestFile + 1), 0, largestFile + 1, 0);
    if (bytesRead > largestFile) return { kind: 'unfit', problem: 'It has more than 64 KB.' };
    return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
    return { kind: 'unfit', problem: `It cannot be read: ${messageOf(error)}.` };
  } finally {
    await handle?.close();
  }
}
