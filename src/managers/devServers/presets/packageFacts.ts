import { dirname, join } from 'node:path';
import type { ProjectFiles } from '../manifest/projectFiles.ts';

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** What a package.json says that matters here; whatever else it holds is somebody else's. */
export interface PackageFacts {
  readonly name: string | undefined;
  readonly manager: PackageManager;
  readonly scripts: ReadonlyMap<string, string>;
  /** Names of what it depends on, in whatever way. */
  readonly dependencies: ReadonlySet<string>;
  /** Keys of `engines`. */
  readonly engines: ReadonlySet<string>;
}

const lockfiles: readonly (readonly [name: string, manager: PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];

/** The package of a folder; undefined where there is none, or one that is no JSON object. */
export async function packageFactsOf(folder: string, files: ProjectFiles): Promise<PackageFacts | undefined> {
  const json = parsedObject(await files.readText(join(folder, 'package.json')));
  if (json === undefined) return undefined;
  const { name } = json as { name?: unknown };
  return {
    name: typeof name === 'string' && name !== '' ? name : undefined,
    manager: await managerOf(folder, files),
    scripts: new Map(
      Object.entries(objectAt(json, 'scripts')).filter(
        (script): script is [string, string] => typeof script[1] === 'string',
      ),
    ),
    dependencies: new Set(
      ['dependencies', 'devDependencies', 'peerDependencies'].flatMap((key) => Object.keys(objectAt(json, key))),
    ),
    engines: new Set(Object.keys(objectAt(json, 'engines'))),
  };
}

/**
 * The package manager that a folder is used with: what `packageManager` names, else whose lockfile there is, there or in the
 * folders above as far as the repository goes, because a package of a workspace has neither. Else npm, which Node brings.
 */
async function managerOf(folder: string, files: ProjectFiles): Promise<PackageManager> {
  for (let at = folder; ; at = dirname(at)) {
    const entries = new Set(await files.list(at));
    const json = entries.has('package.json') ? parsedObject(await files.readText(join(at, 'package.json'))) : undefined;
    const field = json?.['packageManager'];
    // Corepack's field: NAME@VERSION, perhaps with a hash after “+”.
    const named = typeof field === 'string' ? /^(npm|pnpm|yarn|bun)@/.exec(field)?.[1] : undefined;
    if (named !== undefined) return named as PackageManager;
    const locked = lockfiles.find(([name]) => entries.has(name));
    if (locked !== undefined) return locked[1];
    if (entries.has('.git') || at === dirname(at)) return 'npm';
  }
}

/** How a script of package.json is run; npm takes for itself what does not come after `--`. */
export function runScript(manager: PackageManager, script: string, args: readonly string[] = []): readonly string[] {
  const separator = manager === 'npm' && args.length > 0 ? ['--'] : [];
  return [manager, 'run', script, ...separator, ...args];
}

/** How a program of a package is run that no script names; one that is not installed is not fetched. */
export function runTool(manager: PackageManager, tool: string, args: readonly string[] = []): readonly string[] {
  switch (manager) {
    case 'npm':
      return ['npx', '--no', '--', tool, ...args];
    case 'pnpm':
      return ['pnpm', 'exec', tool, ...args];
    case 'yarn':
      return ['yarn', 'run', tool, ...args];
    case 'bun':
      return ['bun', 'x', '--no-install', tool, ...args];
  }
}

/** A JSON text that is an object; undefined for all else. */
export function parsedObject(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    return asObject(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}

const objectAt = (json: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> =>
  asObject(Object.hasOwn(json, key) ? json[key] : undefined) ?? {};

const asObject = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
