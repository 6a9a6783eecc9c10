import { readFile, rename } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { type Dispose, Emitter } from './emitter.ts';
import { DevyardError, errnoOf } from './errors.ts';
import { diskError, writeFileAtomic } from './files.ts';
import { Mutex } from './mutex.ts';

/** What a person set for this host. Never read from a workspace. */
export interface Settings {
  /** Executable to use; empty: the one on the PATH, else the one Devyard installed. */
  readonly codeServerPath: string;
  readonly portRange: { readonly start: number; readonly end: number };
  readonly startTimeoutSeconds: number;
  readonly stopGraceSeconds: number;
  /** Address of an extension gallery such as Open VSX; empty: the executable's own. */
  readonly extensionGallery: string;
  /** The devbox.yaml to use; empty: the one in the data directory, if there is one. */
  readonly devboxConfigPath: string;
  /**
   * Who lets people in to a code-server on its port: Devyard, or code-server itself with a password that Devyard makes.
   * Holds from the next start of a server on.
   */
  readonly codeServerAccess: 'devyard' | 'password';
  /** Absolute paths of tools such as `go` or `pnpm`, instead of those on PATH. */
  readonly devServerTools: Readonly<Record<string, string>>;
  /** How long what windows started runs on after the last one was closed. */
  readonly devServerGraceSeconds: number;
}

export const defaultSettings: Settings = {
  codeServerPath: '',
  portRange: { start: 8010, end: 8100 },
  startTimeoutSeconds: 120,
  stopGraceSeconds: 10,
  extensionGallery: '',
  devboxConfigPath: '',
  codeServerAccess: 'devyard',
  devServerTools: {},
  devServerGraceSeconds: 60,
};

type Patch = { readonly [Key in keyof Settings]?: Settings[Key] | undefined };

/** The settings file: read once, written on change. One that cannot be read is put aside and the defaults hold. */
export class SettingsFile {
  readonly #path: string;
  readonly #mutex = new Mutex();
  readonly #changed = new Emitter<Settings>();
  #settings: Settings;

  private constructor(path: string, settings: Settings) {
    this.#path = path;
    this.#settings = settings;
  }

  static async open(path: string, onProblem: (error: DevyardError) => void, now: number): Promise<SettingsFile> {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return new SettingsFile(path, defaultSettings);
      throw diskError(error, path);
    }
    try {
      return new SettingsFile(path, checked({ ...defaultSettings, ...(JSON.parse(text) as Patch) } as Settings));
    } catch (error) {
      const aside = `${path}.corrupt-${String(now)}`;
      await rename(path, aside);
      onProblem(
        new DevyardError('store-corrupt', `The settings could not be read and were put aside as ${aside}.`, {
          hint: 'The defaults are used. Set what you need again.',
          cause: error,
        }),
      );
      return new SettingsFile(path, defaultSettings);
    }
  }

  readonly onChange = (listener: (settings: Settings) => void): Dispose => this.#changed.on(listener);

  get(): Settings {
    return this.#settings;
  }

  /** Changes what is given. Writes, and tells, only what is different. Throws `invalid`. */
  patch(patch: Patch): Promise<Settings> {
    return this.#mutex.run(async () => {
      const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
      const next = checked({ ...this.#settings, ...given });
      if (JSON.stringify(next) === JSON.stringify(this.#settings)) return next;
      await writeFileAtomic(this.#path, `${JSON.stringify(next, undefined, 2)}\n`);
      this.#settings = next;
      this.#changed.emit(next);
      return next;
    });
  }
}

function checked(settings: Settings): Settings {
  const { codeServerPath, portRange, startTimeoutSeconds, stopGraceSeconds, extensionGallery } = settings;
  const { codeServerAccess, devboxConfigPath, devServerTools, devServerGraceSeconds } = settings;
  const { start, end } = portRange;
  if (![start, end].every((port) => Number.isInteger(port) && port >= 1024 && port <= 65_535)) {
    throw new DevyardError('invalid', 'The port range holds something that is no port from 1024 to 65535.', {
      field: 'portRange',
    });
  }
  if (start > end) {
    throw new DevyardError('invalid', `The port range begins after its end (${String(start)} > ${String(end)}).`, {
      field: 'portRange',
      hint: 'Swap the two numbers.',
    });
  }
  absoluteOrNone('codeServerPath', codeServerPath, 'code-server path');
  absoluteOrNone('devboxConfigPath', devboxConfigPath, 'path of devbox.yaml');
  if (typeof extensionGallery !== 'string' || (extensionGallery !== '' && !isGallery(extensionGallery))) {
    throw new DevyardError('invalid', 'The extension gallery is no plain http or https address.', {
      field: 'extensionGallery',
      hint: 'Give an address such as https://open-vsx.org, or nothing.',
    });
  }
  if (codeServerAccess !== 'devyard' && codeServerAccess !== 'password') {
    throw new DevyardError('invalid', 'The access to code-servers is neither “devyard” nor “password”.', {
      field: 'codeServerAccess',
    });
  }
  for (const [tool, path] of Object.entries(devServerTools)) {
    if (typeof path === 'string' && isAbsolute(path)) continue;
    throw new DevyardError('invalid', `The path of the tool ${tool} is not absolute.`, { field: 'devServerTools' });
  }
  wholeSeconds('devServerGraceSeconds', devServerGraceSeconds, 0, 86_400);
  wholeSeconds('startTimeoutSeconds', startTimeoutSeconds, 5, 3600);
  wholeSeconds('stopGraceSeconds', stopGraceSeconds, 0, 600);
  return {
    codeServerPath,
    portRange: { start, end },
    startTimeoutSeconds,
    stopGraceSeconds,
    extensionGallery,
    devboxConfigPath,
    codeServerAccess,
    devServerTools: { ...devServerTools },
    devServerGraceSeconds,
  };
}

function absoluteOrNone(field: keyof Settings, value: string, what: string): void {
  if (typeof value === 'string' && (value === '' || isAbsolute(value))) return;
  throw new DevyardError('invalid', `The ${what} is not an absolute path.`, { field });
}

function isGallery(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  return [url.username, url.password, url.search, url.hash].every((part) => part === '');
}

/** The bounds are the API's, too: what the file holds must be what a client may be told. */
function wholeSeconds(field: keyof Settings, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new DevyardError('invalid', `${field} is no whole number from ${String(least)} to ${String(most)}.`, { field });
}
