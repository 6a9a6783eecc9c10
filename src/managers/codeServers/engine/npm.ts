import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { DevyardError } from '../../shared/errors.ts';
import { isExecutable, onPath } from './executables.ts';
import { type Environment, runGroup } from '../../shared/processes/group.ts';

export interface NpmOptions {
  readonly env: Environment;
  /** The program that runs this, beside which there may be an npm, too. */
  readonly execPath: string;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** npm as this machine has it, ready to be run in the folders of one installation. */
export interface Npm {
  /** Throws `unavailable` with npm's own last words, or `disk-full`. `node` is the Node.js that it and what it builds run with. */
  run(args: readonly string[], cwd: string, node?: string): Promise<void>;
}

const shownLines = 15;
/** Of npm's variables, set when Devyard itself was started through npm, only how to reach the registry may go further. */
const keptConfig =
  /^npm_config_(registry|cache|userconfig|globalconfig|(https?_|no_?)?proxy|cafile|ca|strict_ssl|python|(@|\/\/).*)$/i;
const foreign = /^(npm_|VSCODE_|ELECTRON_|NODE_OPTIONS$)/i;

/** Finds npm on the PATH, else beside the Node.js that runs this. Throws `unavailable` when there is none. */
export async function findNpm({ env, execPath, signal, onLine }: NpmOptions): Promise<Npm> {
  const beside = dirname(execPath);
  const [first] = await onPath('npm', env);
  const npm = first ?? ((await isExecutable(join(beside, 'npm'))) ? join(beside, 'npm') : undefined);
  if (npm === undefined) {
    throw new DevyardError('unavailable', 'npm is not on the PATH; code-server is installed with it.', {
      hint: 'Install Node.js with npm, or install code-server yourself and name it in the setting devyard.codeServer.path.',
    });
  }
  return {
    async run(args, cwd, node) {
      const path = [...(node === undefined ? [] : [dirname(node)]), env['PATH'] ?? '', beside].join(delimiter);
      const lines: string[] = [];
      const { exitCode } = await runGroup(npm, [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
        cwd,
        env: { ...withoutForeign(env), PATH: path, npm_config_update_notifier: 'false', ...headersOf(node) },
        signal,
        onLine(line) {
          lines.push(line);
          onLine(line);
        },
      });
      signal.throwIfAborted();
      if (exitCode !== 0) throw npmError(exitCode, lines);
    },
  };
}

function npmError(exitCode: number | undefined, lines: readonly string[]): DevyardError {
  if (lines.some((line) => /ENOSPC/.test(line))) return diskFull();
  const how = exitCode === undefined ? 'was ended' : `ended with exit code ${String(exitCode)}`;
  const words = lines.slice(-shownLines).join('\n').slice(-800);
  return new DevyardError('unavailable', `npm ${how}${words === '' ? '.' : `: ${words}`}`, {
    hint: 'Check the network and the proxy settings of npm, then try again.',
  });
}

export function diskFull(cause?: unknown): DevyardError {
  return new DevyardError('disk-full', 'There is no space left to install code-server.', {
    hint: 'Free about 1 GB and try again.',
    cause,
  });
}

/** Without its own headers at hand, node-gyp downloads them from a site that a machine with a registry need not reach. */
function headersOf(node: string | undefined): Record<string, string> {
  const root = node === undefined ? undefined : dirname(dirname(realpathSync(node)));
  return root !== undefined && existsSync(join(root, 'include', 'node', 'node.h')) ? { npm_config_nodedir: root } : {};
}

function withoutForeign(env: Environment): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => keptConfig.test(name) || !foreign.test(name)));
}
