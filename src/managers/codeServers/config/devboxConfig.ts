import { isAbsolute, join } from 'node:path';
import type { Clock } from '../../shared/clock.ts';
import { type Dispose, Emitter } from '../../shared/emitter.ts';
import { DevyardError } from '../../shared/errors.ts';
import { FileWatch } from '../../shared/fileWatch.ts';
import { type WatchFolder, watchFolder } from '../../shared/logs/watcher.ts';
import { Mutex } from '../../shared/mutex.ts';
import { type ConfigProblem, wholeFileProblem } from '../../shared/yaml/configProblem.ts';
import { type ConfigText, readConfigText } from '../../shared/yaml/configText.ts';
import type { DevboxConfig } from './model.ts';
import { builtInConfig, type GoodConfig, parseDevboxYaml } from './parse.ts';

export interface DevboxConfigOptions {
  /** What DEVBOX_CONFIG_PATH says, if anything. */
  readonly environment: string | undefined;
  /** What the setting says; empty: nothing. Asked at every reading. */
  readonly setting: () => string;
  readonly dataDir: string;
  readonly clock: Clock;
  /** Told once for every new fault of the file. */
  readonly onProblem: (error: DevyardError) => void;
  readonly watch?: WatchFolder;
}

export interface CurrentConfig {
  readonly config: DevboxConfig;
  /** Dotted keys that the file really gives; the rest are defaults. */
  readonly given: ReadonlySet<string>;
  /** Whether `config` comes from the file, perhaps as it was before it was broken. */
  readonly source: 'file' | 'defaults';
  /** The file that is looked at, good or not; null where there is none. */
  readonly path: string | null;
  /** Of the file as it is now. */
  readonly problems: readonly ConfigProblem[];
}

/** Which file holds. One that somebody named must exist; the one in the data directory may. */
interface Source {
  readonly path: string;
  readonly namedBy: string | undefined;
}

/** So often in a row the watches may have to be set anew before a reading counts as good enough. */
const maxReadings = 5;

/**
 * The devbox.yaml that holds for this daemon: named by DEVBOX_CONFIG_PATH, else by the setting, else the one in the data
 * directory, else built-in defaults. Read again when it is saved; one that is wrong is told, and the last good one holds.
 */
export class DevboxConfigFile {
  readonly #options: DevboxConfigOptions;
  readonly #mutex = new Mutex();
  readonly #changed = new Emitter<CurrentConfig>();
  #current: CurrentConfig = { ...builtIn, path: null, problems: [] };
  #good: { readonly path: string; readonly parsed: GoodConfig } | undefined;
  #watched: { readonly path: string; readonly watch: FileWatch } | undefined;
  /** What `#current` was made from. */
  #seen = '';
  #closed = false;

  private constructor(options: DevboxConfigOptions) {
    this.#options = options;
  }

  /** Reads, and watches from then on. Never rejects: what is wrong is a problem. */
  static async open(options: DevboxConfigOptions): Promise<DevboxConfigFile> {
    const file = new DevboxConfigFile(options);
    await file.refresh();
    return file;
  }

  current(): CurrentConfig {
    return this.#current;
  }

  readonly onChange = (listener: (current: CurrentConfig) => void): Dispose => this.#changed.on(listener);

  /** Reads now; to be called when the setting has changed. Resolves when listeners were told. */
  refresh(): Promise<void> {
    return this.#mutex.run(() => this.#read());
  }

  close(): void {
    this.#closed = true;
    this.#watched?.watch.close();
    this.#watched = undefined;
  }

  #source(): Source {
    const { environment = '', setting, dataDir } = this.#options;
    if (environment !== '') return { path: environment, namedBy: 'DEVBOX_CONFIG_PATH' };
    const set = setting();
    if (set !== '') return { path: set, namedBy: 'the setting devboxConfigPath' };
    return { path: join(dataDir, 'devbox.yaml'), namedBy: undefined };
  }

  async #read(): Promise<void> {
    if (this.#closed) return;
    const source = this.#source();
    if (!isAbsolute(source.path)) {
      this.#watched?.watch.close();
      this.#watched = undefined;
      this.#take(source, { status: 'unreadable', message: 'is not named by an absolute path. Give the whole path.' });
      return;
    }
    const watch = this.#watchOf(source.path);
    let text: ConfigText;
    let readings = 0;
    do {
      await watch.arm();
      text = await readConfigText(source.path);
      readings += 1;
      // What happened between the reading and a watch that is newer than it was seen by nobody.
    } while (readings < maxReadings && (await watch.arm()));
    this.#take(source, text);
  }

  #watchOf(path: string): FileWatch {
    if (this.#watched?.path === path) return this.#watched.watch;
    this.#watched?.watch.close();
    const { clock, watch: how = watchFolder } = this.#options;
    const watch = new FileWatch({ path, clock, watch: how, onChange: () => void this.refresh() });
    this.#watched = { path, watch };
    return watch;
  }

  #take(source: Source, read: ConfigText): void {
    const seen = JSON.stringify([source, read]);
    if (this.#closed || seen === this.#seen) return;
    this.#seen = seen;
    const { path, namedBy } = source;
    const problems = this.#problemsOf(source, read);
    const gone = read.status === 'missing' && namedBy === undefined;
    if (gone || this.#good?.path !== path) this.#good = undefined;
    const held = this.#good === undefined ? builtIn : { ...pick(this.#good.parsed), source: 'file' as const };
    this.#current = { ...held, path: gone ? null : path, problems };
    const [first] = problems;
    if (first !== undefined) this.#options.onProblem(reported(path, first, problems.length - 1));
    this.#changed.emit(this.#current);
  }

  /** Keeps what is good of a text on the way. */
  #problemsOf({ path, namedBy }: Source, read: ConfigText): readonly ConfigProblem[] {
    const named = namedBy === undefined ? 'The file' : `The file that ${namedBy} names`;
    switch (read.status) {
      case 'missing':
        return namedBy === undefined
          ? []
          : [wholeFileProblem(`${named} does not exist. Make it, or name another one.`)];
      case 'unreadable':
        return [wholeFileProblem(`${named} ${read.message}`)];
      case 'text': {
        const parsed = parseDevboxYaml(read.text);
        if (!parsed.ok) return parsed.problems;
        this.#good = { path, parsed };
        return [];
      }
    }
  }
}

const pick = ({ config, given }: GoodConfig): Pick<CurrentConfig, 'config' | 'given'> => ({ config, given });
const builtIn = { ...pick(builtInConfig), source: 'defaults' } as const;

function reported(path: string, { line, column, path: key, message }: ConfigProblem, more: number): DevyardError {
  const others = more > 0 ? ` There ${more === 1 ? 'is 1 more problem' : `are ${String(more)} more problems`}.` : '';
  return new DevyardError('invalid', `${path}:${String(line)}:${String(column)}: ${message}${others}`, {
    ...(key === '' ? {} : { field: key }),
    hint: 'Correct the file and save it. Until then the last good configuration holds, or the defaults.',
  });
}
