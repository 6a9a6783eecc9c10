import type { ToolFiles } from './files.ts';
import { foldersUp, pathsOf } from './search.ts';

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** What stands for the project's own package manager in a command. */
export const anyPackageManager = '${pm}';

const lockfiles: Readonly<Record<string, PackageManager>> = {
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
  'package-lock.json': 'npm',
  'npm-shrinkwrap.json': 'npm',
};

export function isPackageManager(name: string): name is PackageManager {
  return name === 'npm' || name === 'pnpm' || name === 'yarn' || name === 'bun';
}

export interface ProjectManager {
  readonly name: PackageManager;
  /** What says so, for a message: “package.json”, “pnpm-lock.yaml”. */
  readonly saidBy: string;
}

/**
 * The package manager that a project uses: of the nearest folder from `cwd` up to `root` that says so, by `packageManager`
 * (or `devEngines.packageManager`) in its package.json, else by its lockfile. Undefined when nothing says so, or when
 * lockfiles contradict each other: then nobody knows which one is the leftover.
 */
export async function projectManager(
  cwd: string,
  root: string,
  platform: NodeJS.Platform,
  fs: ToolFiles,
): Promise<ProjectManager | undefined> {
  const paths = pathsOf(platform);
  for (const folder of foldersUp(cwd, root, platform)) {
    const manifest = await fs.readText(paths.join(folder, 'package.json'));
    const declared = manifest === undefined ? undefined : declaredManager(manifest);
    if (declared !== undefined) return { name: declared, saidBy: 'package.json' };
    const names = Object.keys(lockfiles);
    const present = await Promise.all(names.map((name) => fs.isFile(paths.join(folder, name))));
    const found = names.filter((_, index) => present[index] === true);
    const [first] = found;
    if (first === undefined) continue;
    const name = lockfiles[first];
    return name === undefined || found.some((each) => lockfiles[each] !== name) ? undefined : { name, saidBy: first };
  }
  return undefined;
}

/** @internal What the text of a package.json declares; a broken one declares nothing. */
export function declaredManager(text: string): PackageManager | undefined {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch {
    return undefined;
  }
  const field = member(manifest, 'packageManager');
  const name = typeof field === 'string' ? /^(\w+)@/.exec(field)?.[1] : undefined;
  const engine = member(member(member(manifest, 'devEngines'), 'packageManager'), 'name');
  const said = name ?? (typeof engine === 'string' ? engine : undefined);
  return said !== undefined && isPackageManager(said) ? said : undefined;
}

/**
 * The arguments of one package manager in the words of another, where they differ in what a dev server's manifest says:
 * npm takes the options of a script only after `--`, the others hand that `--` on; `npm ci` has other names.
 */
export function translated(
  args: readonly string[],
  from: PackageManager | null,
  to: PackageManager,
): readonly string[] {
  const [verb = '', ...rest] = args;
  if (from === to || from === null) return args;
  if (from === 'npm' && (verb === 'ci' || verb === 'clean-install')) {
    return ['install', '--frozen-lockfile', ...rest];
  }
  if (verb !== 'run' && verb !== 'run-script') return args;
  const [script, ...options] = rest;
  if (script === undefined || script.startsWith('-')) return args;
  const plain = options[0] === '--' ? options.slice(1) : options;
  if (to !== 'npm') return ['run', script, ...(from === 'npm' ? plain : options)];
  return ['run', script, ...(plain.length === 0 ? [] : ['--', ...plain])];
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
