import { DevyardError, messageOf } from '../errors.ts';
import type { ArchiveKind } from './kind.ts';

const shownLength = 200;

/** Makes the errors about one archive: each names the archive, and the entry where there is one. */
export class Problems {
  readonly #archive: string;
  readonly #field: string;

  constructor(archive: string, field: string) {
    this.#archive = archive;
    this.#field = field;
  }

  neitherKind(accepted: readonly ArchiveKind[]): DevyardError {
    return this.#error(
      `${this.#archive} is neither a zip nor a tar.gz archive.`,
      choose(accepted, '; other kinds must be unpacked or packed again first.'),
    );
  }

  /** It is a good archive, perhaps, but not of a kind that is taken here. */
  refusedKind(kind: ArchiveKind, accepted: readonly ArchiveKind[]): DevyardError {
    return this.#error(
      `${this.#archive} is a ${kind} archive, which is not accepted here.`,
      choose(accepted, ', or pack it again.'),
    );
  }

  damaged(why: string, cause?: unknown): DevyardError {
    return this.#error(
      `The archive ${this.#archive} is damaged: ${why}.`,
      'Download or upload it again, or pack it again.',
      cause,
    );
  }

  unsafe(entry: string, why: string): DevyardError {
    return this.#error(
      `The archive ${this.#archive} was refused: its entry ${shown(entry)} ${why}.`,
      'Nothing was unpacked. Remove the entry from the archive if you trust the rest.',
    );
  }

  unsupported(entry: string, why: string, hint: string): DevyardError {
    return this.#error(`The archive ${this.#archive} cannot be unpacked: its entry ${shown(entry)} ${why}.`, hint);
  }

  tooMuch(what: string): DevyardError {
    return this.#error(
      `The archive ${this.#archive} was refused: it ${what}.`,
      'Nothing was unpacked. Split the archive, or leave out what is not needed.',
    );
  }

  /** What a library threw about the archive's bytes. */
  damagedBy(error: unknown): DevyardError {
    return error instanceof DevyardError ? error : this.damaged(messageOf(error).replace(/\.$/, ''), error);
  }

  #error(message: string, hint: string, cause?: unknown): DevyardError {
    return new DevyardError('invalid', message, { field: this.#field, hint, cause });
  }
}

const endings: Readonly<Record<ArchiveKind, string>> = { zip: '.zip', 'tar.gz': '.tar.gz or .tgz' };

function choose(accepted: readonly ArchiveKind[], otherwise: string): string {
  const [first, second] = accepted;
  if (first === undefined) return 'No archive is accepted here. Choose a folder or a repository.';
  return `Choose a ${second === undefined ? endings[first] : '.zip, .tar.gz or .tgz'} file${otherwise}`;
}

/** A name somebody else chose, in one line and not endless. What would move the cursor or turn the text is escaped. */
export function shown(name: string): string {
  const letters = Array.from(name.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escaped));
  return `“${letters.length > shownLength ? `${letters.slice(0, shownLength).join('')}…` : letters.join('')}”`;
}

const short: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` };

const escaped = (letter: string): string =>
  short[letter] ?? `\\u{${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}}`;
