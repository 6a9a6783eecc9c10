/** A place in a file that a line of a log names. */
export interface LogPlace {
  /** Where the text of it begins in the line, and how long it is. */
  readonly start: number;
  readonly length: number;
  /** As the tool wrote it: mostly relative to where the tool ran. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1; 1 where the tool named none. */
  readonly column: number;
}

/**
 * `pkg/main.go:3:7`, `./src/app.ts(12,5)`, `C:\x\y.cs:4`. What comes behind `//` is the host of an address, and an extension
 * begins with a letter: a time of day or an IP address is no file.
 */
const pattern =
  /(?<![\w/\\.:@~-])((?:[A-Za-z]:[\\/]|\.{0,2}[\\/])?(?:[\w@.+-]+[\\/])*[\w@.+-]*\.[A-Za-z]\w{0,9})(?::(\d{1,7})(?::(\d{1,7}))?|\((\d{1,7})(?:,(\d{1,7}))?\))(?!\w)/g;
/** Longer lines are data, not messages. */
const longestLine = 2000;

export function placesIn(text: string): readonly LogPlace[] {
  if (text.length > longestLine) return [];
  return [...text.matchAll(pattern)].map((match) => {
    const [whole, path = '', line, column, lineInBrackets, columnInBrackets] = match;
    return {
      start: match.index,
      length: whole.length,
      path,
      line: Number(line ?? lineInBrackets),
      column: Number(column ?? columnInBrackets ?? 1),
    };
  });
}

/** The source that a line of a project's log is marked with: `… [ui] text`. */
export function sourceIn(text: string): string | undefined {
  return /^\S+ \[([^\]\s]+)\] /.exec(text)?.[1];
}
