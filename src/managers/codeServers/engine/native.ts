import { DevyardError, messageOf } from '../../shared/errors.ts';
import { onPath } from './executables.ts';
import type { Environment } from '../../shared/processes/group.ts';
import type { Npm } from './npm.ts';

const modules = ['@vscode/spdlog', '@vscode/native-watchdog'];

/** What node-gyp needs: one of each, on the PATH. */
const tools: readonly (readonly [name: string, commands: readonly string[]])[] = [
  ['a C++ compiler', ['c++', 'g++', 'clang++']],
  ['make', ['make', 'gmake']],
  ['Python 3', ['python3', 'python']],
];

export interface NativeBuild {
  readonly npm: Npm;
  /** The folder of the editor inside code-server. */
  readonly editor: string;
  readonly node: string;
  readonly env: Environment;
  readonly signal: AbortSignal;
}

/**
 * Builds what output channels and the watchdog need. All else works without, so failing is no failure of the installation:
 * resolves what a person should know, or undefined when all is well. Rejects only when aborted.
 */
export async function buildNative({ npm, editor, node, env, signal }: NativeBuild): Promise<DevyardError | undefined> {
  const found = await Promise.all(
    tools.map(async ([, commands]) => (await Promise.all(commands.map((name) => onPath(name, env)))).flat().length > 0),
  );
  const missing = tools.filter((_, index) => !found[index]).map(([name]) => name);
  if (missing.length > 0) return withoutLogs(`missing: ${missing.join(', ')}`);
  try {
    // Whoever has switched scripts off for all packages still wants these two.
    await npm.run(['rebuild', '--ignore-scripts=false', ...modules], editor, node);
    return undefined;
  } catch (error) {
    if (signal.aborted) throw error;
    return withoutLogs(messageOf(error));
  }
}

function withoutLogs(why: string): DevyardError {
  return new DevyardError('unavailable', `Output channels stay empty in the installed code-server (${why}).`, {
    hint: 'Install python3, make and a C++ compiler, delete its folder below “tools” in the data directory, and install it again.',
  });
}
