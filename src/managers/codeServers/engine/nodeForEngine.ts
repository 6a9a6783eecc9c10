import { basename, join } from 'node:path';
import { DevyardError, errnoOf, messageOf } from '../../shared/errors.ts';
import { onPath } from './executables.ts';
import { type Environment, runGroup } from '../../shared/processes/group.ts';
import pinned from './pinned.json' with { type: 'json' };

interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/** Node.js as an npm package. The registry has trustworthy ones for Linux only. */
export function nodePackageOf(platform: string, arch: string): PinnedPackage | undefined {
  const packages: Readonly<Record<string, { name: string; integrity: string }>> = pinned.node.packages;
  const known = packages[`${platform}-${arch}`];
  return known === undefined ? undefined : { ...known, version: pinned.node.version };
}

export interface NodeSearch {
  readonly env: Environment;
  readonly execPath: string;
  readonly signal: AbortSignal;
}

/**
 * The Node.js to run code-server with: `install` fetches the pinned one into `folder`; where there is none for this
 * platform, or it does not run here (another C library), one of the same major version that the machine has.
 * Resolves its path. Throws `unavailable` naming the version to install.
 */
export async function provideNode(
  packaged: PinnedPackage | undefined,
  folder: string,
  install: () => Promise<void>,
  search: NodeSearch,
): Promise<string> {
  let problem = 'there is no package of it for this platform';
  if (packaged !== undefined) {
    const node = join(folder, 'node_modules', packaged.name, 'bin', 'node');
    try {
      await install();
      if (await isRightNode(node, search)) return node;
      problem = 'the packaged one does not run here';
    } catch (error) {
      if (search.signal.aborted || errnoOf(error) === 'disk-full') throw error;
      problem = messageOf(error);
    }
  }
  const own = /^node$/.test(basename(search.execPath)) ? [search.execPath] : [];
  for (const node of [...(await onPath('node', search.env)), ...own]) {
    if (await isRightNode(node, search)) return node;
  }
  throw new DevyardError(
    'unavailable',
    `code-server ${pinned.codeServer.version} needs Node.js ${major}, which this machine lacks: ${problem}`,
    { hint: `Check the network, or install Node.js ${major}, put it on the PATH and try again.` },
  );
}

const major = pinned.node.version.replace(/\..*/, '');

async function isRightNode(path: string, { env, signal }: NodeSearch): Promise<boolean> {
  const { stdout } = await runGroup(path, ['--version'], { env, signal, timeoutMs: 15_000 });
  signal.throwIfAborted();
  return stdout.startsWith(`v${major}.`);
}
