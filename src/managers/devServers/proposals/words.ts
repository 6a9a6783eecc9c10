/** A command line as the program and arguments it comes to, without any shell having read it. */
export type Words =
  | {
      readonly ok: true;
      readonly words: readonly [program: string, ...args: string[]];
      /** Variables that were set before the program, as in `NODE_ENV=test node a.js`. */
      readonly env: Readonly<Record<string, string>>;
      /** It asks for `$PORT`, which became `${port}`. */
      readonly wantsPort: boolean;
    }
  /** `reason` continues “COMMAND …”. */
  | { readonly ok: false; readonly reason: string };

/**
 * Takes a simple command line apart: words, quotes, and `$PORT`. What only a shell can do (pipes, several commands, globs,
 * other variables) is refused, because a guess at it would run something else than what is written.
 */
export function wordsOf(line: string): Words {
  const words: string[] = [];
  let wantsPort = false;
  const token = /\s*((?:'[^'\p{Cc}]*'|"[^"$`\\!\p{Cc}]*"|\$PORT\b|\$\{PORT\}|[-\w@%+=:,./^])+)(?=\s|$)/uy;
  const text = line.trim();
  while (token.lastIndex < text.length) {
    const word = token.exec(text)?.[1];
    if (word === undefined) return { ok: false, reason: 'needs a shell to take it apart' };
    const read = word.replaceAll(
      /'([^']*)'|"([^"]*)"|\$(?:PORT\b|\{PORT\})/g,
      (whole, single?: string, double?: string) => {
        if (whole.startsWith('$')) wantsPort = true;
        return whole.startsWith('$') ? '${port}' : (single ?? double ?? '');
      },
    );
    if (/['"][^'"]*\$\{/.test(word)) return { ok: false, reason: 'holds “${”, which would be read as a placeholder' };
    words.push(read);
  }
  const first = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  const [program, ...args] = first < 0 ? [] : words.slice(first);
  if (program === undefined || program === '') return { ok: false, reason: 'names no program' };
  const assignments = words
    .slice(0, first)
    .map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]);
  return {
    ok: true,
    words: [program, ...args],
    env: Object.fromEntries(assignments) as Record<string, string>,
    wantsPort,
  };
}
