import ignore, { type Ignore } from 'ignore';

/** The rules of one .gitignore, for what lies in its folder. */
export interface IgnoreRules {
  /** Absolute folder of the file, with `/` as the separator. */
  readonly folder: string;
  readonly rules: Ignore;
}

/** Whatever a file says, it never throws: what Git would not understand is passed over. */
export function parseGitignore(folder: string, text: string): IgnoreRules {
  const rules = ignore({ ignorecase: false });
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    try {
      rules.add(line);
    } catch {
      // Not a pattern.
    }
  }
  return { folder, rules };
}

/**
 * Whether a file or folder is ignored. `levels` go from the outermost .gitignore inwards; the innermost that says anything
 * decides. Its folder must not be ignored itself: nothing in an ignored folder can be taken back, so nobody looks there.
 */
export function isIgnored(levels: readonly IgnoreRules[], path: string, isFolder: boolean): boolean {
  for (const { folder, rules } of levels.toReversed()) {
    const inside = path.slice(folder.endsWith('/') ? folder.length : folder.length + 1);
    const { ignored, unignored } = rules.test(isFolder ? `${inside}/` : inside);
    if (ignored) return true;
    if (unignored) return false;
  }
  return false;
}
