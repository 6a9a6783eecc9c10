import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Environment, runGroup } from '../processes/group.ts';

/** A file of submodules is a few lines for each; whatever is larger was made to be read for long. */
const maxBytes = 1024 * 1024;
const askMs = 10_000;
const shownPaths = 5;
const shownLength = 80;

/**
 * One line for people about the submodules of a fresh clone, which are never cloned with it; undefined when it has none,
 * or when its .gitmodules cannot be read: that is the repository's, and no reason to fail. Asks no network.
 */
export async function submoduleNotice(
  folder: string,
  { env, signal }: { readonly env: Environment; readonly signal: AbortSignal | undefined },
): Promise<string | undefined> {
  const file = join(folder, '.gitmodules');
  const stats = await lstat(file).catch(() => undefined);
  if (stats?.isFile() !== true || stats.size > maxBytes) return undefined;
  const query = [
    'config',
    '--file',
    file,
    '--no-includes',
    '--null',
    '--get-regexp',
    String.raw`^submodule\..*\.path$`,
  ];
  const { stdout, exitCode } = await runGroup('git', query, {
    // No repository that happens to lie around the working directory is asked.
    env: { ...env, GIT_DIR: '/dev/null' },
    cwd: '/',
    timeoutMs: askMs,
    ...(signal === undefined ? {} : { signal }),
  });
  const paths = exitCode === 0 ? pathsOf(stdout) : [];
  if (paths.length === 0) return undefined;
  const more = paths.length > shownPaths ? `, and ${String(paths.length - shownPaths)} more` : '';
  const named = paths.slice(0, shownPaths).map(shown).join(', ');
  return `This repository has submodules (${named}${more}), which are not cloned. Run “git submodule update --init” in its terminal.`;
}

/** Each is `key\nvalue\0` (`--null` in git-config(1)); a key without a value has no line end. */
function pathsOf(stdout: string): readonly string[] {
  const values = stdout.split('\0').flatMap((row) => {
    const end = row.indexOf('\n');
    return end === -1 ? [] : [row.slice(end + 1).trim()];
  });
  return [...new Set(values.filter((path) => path !== ''))];
}

/** The repository's own words in one line, with nothing that moves the cursor or turns the text. */
function shown(path: string): string {
  const letters = Array.from(path.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' '));
  return letters.length > shownLength ? `${letters.slice(0, shownLength).join('')}…` : letters.join('');
}
