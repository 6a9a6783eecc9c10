import { DevyardError } from '../../shared/errors.ts';
import { type Environment, runGroup } from '../../shared/processes/group.ts';
import type { CodeServerPaths } from '../launchPlan.ts';
import { parseExtension } from './extensionId.ts';
import { installedExtension } from './installed.ts';
import type { ExtensionManifest } from './manifest.ts';
import { readPackage } from './package.ts';
import { failureOf } from './reason.ts';
import { repairRegistry, restoreRegistry } from './registry.ts';

export interface InstallExtensionOptions {
  /** Path of a code-server executable. */
  readonly engine: string;
  /** `publisher.name`, the same with `@1.2.3`, or the absolute path of a .vsix file (see `validExtensions`). */
  readonly extension: string;
  readonly paths: Pick<CodeServerPaths, 'userData' | 'extensions' | 'configFile'>;
  /** All that code-server gets, as its server does, with the gallery (see `galleryEnvironment`). */
  readonly env: Environment;
  readonly signal: AbortSignal;
  /** What code-server says, line by line. */
  readonly onLine: (line: string) => void;
  /** Milliseconds for one extension and what comes with it. */
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 600_000;

/**
 * Installs one extension, and what it depends on, into a server's own folder, which may be running: its windows find it
 * when they are reloaded. What is there already stays as it is, unless another version or a file is asked for. Only what
 * then really lies there and is registered counts as installed. One at a time for a folder: two would write its register
 * over one another. Aborting ends code-server and its children; a torn register is put back.
 * Throws `cancelled`, `invalid`, `not-found`, `disk-full`, `unavailable`.
 */
export async function installExtension(options: InstallExtensionOptions): Promise<ExtensionManifest> {
  const { engine, extension, paths, env, signal, onLine, timeoutMs = defaultTimeoutMs } = options;
  throwIfCancelled(signal, extension);
  const wanted = await whatIsWanted(extension);
  const registry = await repairRegistry(paths.extensions, Date.now());
  const { stderr, exitCode, timedOut } = await runGroup(
    engine,
    [
      '--install-extension',
      extension,
      // A person who names a file means this one, also when a newer one is there.
      ...(wanted.isFile ? ['--force'] : []),
      '--user-data-dir',
      paths.userData,
      '--extensions-dir',
      paths.extensions,
      '--config',
      paths.configFile,
    ],
    { env, signal, timeoutMs, onLine },
  );
  if (exitCode === undefined) await restoreRegistry(paths.extensions, registry);
  throwIfCancelled(signal, extension);
  if (timedOut) {
    throw new DevyardError(
      'unavailable',
      `${extension} was not installed within ${String(Math.round(timeoutMs / 1000))} seconds.`,
      { hint: 'Check the network and the gallery’s address, then try again; a .vsix file needs no gallery.' },
    );
  }
  if (exitCode !== 0) throw failureOf({ extension, stderr, exitCode });
  return verified(extension, wanted, paths.extensions);
}

interface Wanted {
  readonly id: string;
  /** Undefined: any. */
  readonly version: string | undefined;
  readonly isFile: boolean;
}

async function whatIsWanted(extension: string): Promise<Wanted> {
  const source = parseExtension(extension);
  if (source === undefined) {
    throw new DevyardError('invalid', `“${extension}” is neither an extension nor the path of a .vsix file.`, {
      hint: 'Give publisher.name, publisher.name@1.2.3, or the absolute path of a .vsix file.',
    });
  }
  if (source.kind === 'file') return { ...(await readPackage(source.path)), isFile: true };
  return { id: source.id, version: source.version === 'prerelease' ? undefined : source.version, isFile: false };
}

async function verified(extension: string, { id, version }: Wanted, folder: string): Promise<ExtensionManifest> {
  const found = await installedExtension(folder, id);
  if (found !== undefined && (version === undefined || version === found.version)) {
    return { id: found.id, version: found.version };
  }
  const is = found === undefined ? 'nothing of it is there' : `version ${found.version ?? 'unknown'} is there`;
  throw new DevyardError('unavailable', `code-server says that it installed ${extension}, yet ${is}.`, {
    hint: 'The whole output is in the log; try again.',
  });
}

function throwIfCancelled(signal: AbortSignal, extension: string): void {
  if (signal.aborted) throw new DevyardError('cancelled', `The installation of ${extension} was cancelled.`);
}
