import { access } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'jsonc-parser';
import { DevyardError } from '../shared/errors.ts';
import { Mutex } from '../shared/mutex.ts';
import { behindLinks, editText } from './editText.ts';
import { mergeIntoText, NotSettings, plainPatch } from './settingsText.ts';

type Patch = Readonly<Record<string, unknown>>;

/** One server's `User/settings.json`. Changes are made one after the other. */
export class UserSettings {
  /** Absolute path. */
  readonly file: string;
  readonly #mutex = new Mutex();

  constructor(file: string) {
    this.file = file;
  }

  /**
   * Merges settings, in the order of the patches: objects such as `"[python]"` key by key, anything else replaced; comments
   * and layout stay. Makes the file when there is none, and writes nothing when nothing changes; a link is followed.
   * Resolves the top-level keys whose value is different now. Throws `conflict` with line and column for a file that is
   * no JSON with comments, and leaves that alone; `invalid` for patches that JSON cannot hold; what `diskError` does.
   */
  merge(patches: readonly Patch[]): Promise<readonly string[]> {
    const plain = patches.map(plainPatch);
    return this.#mutex.run(async () => {
      let changed: readonly string[] = [];
      await editText(await behindLinks(this.file), (text) => {
        const next = this.#merged(text, plain);
        const [before, after] = [text, next].map((one) => (parse(one) ?? {}) as Patch);
        const keys = [...new Set(plain.flatMap((patch) => Object.keys(patch)))];
        changed = keys.filter((key) => !isDeepStrictEqual(before?.[key], after?.[key]));
        return next;
      });
      return changed;
    });
  }

  /** Writes what a new server begins with, unless there is a file already. Resolves whether it wrote. */
  begin(dark: boolean): Promise<boolean> {
    return this.#mutex.run(async () => {
      const place = await behindLinks(this.file);
      if (await exists(place)) return false;
      const begin = `${JSON.stringify(initialSettings(dark), undefined, 4)}\n`;
      return editText(place, (text) => (text === '' ? begin : text));
    });
  }

  #merged(text: string, patches: Parameters<typeof mergeIntoText>[1]): string {
    try {
      return mergeIntoText(text, patches);
    } catch (error) {
      throw error instanceof NotSettings ? unreadable(this.file, error) : error;
    }
  }
}

/** What a new server begins with, so that it opens quietly. */
export function initialSettings(dark: boolean): Patch {
  return {
    // Not the welcome page: who made a server wants its folder.
    'workbench.startupEditor': 'none',
    // The folder is one that its owner chose or had made for this very server. Without trust, extensions that do not
    // declare otherwise are absent without a word, also those that were just installed with it.
    'security.workspace.trust.enabled': false,
    // These names work with every code-server: newer ones call the themes “Dark Modern” and translate.
    'workbench.colorTheme': dark ? 'Default Dark Modern' : 'Default Light Modern',
  };
}

function unreadable(file: string, { message, line, column }: NotSettings): DevyardError {
  const where = `${file}:${String(line)}:${String(column)}`;
  return new DevyardError('conflict', `The settings cannot be read: ${where}: ${message}.`, {
    hint: `Correct line ${String(line)}, column ${String(column)}, and try again; the file was left as it is.`,
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
