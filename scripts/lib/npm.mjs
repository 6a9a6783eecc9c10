// Running npm, whichever npm started us, with the Node that we choose.
import { dirname } from 'node:path';
import { run, which } from './run.mjs';

// `npm run` puts its own settings into the environment; of those only how to reach the registry may go further.
const kept = /^npm_config_(registry|cache|proxy|https_proxy|noproxy|cafile|strict_ssl|userconfig|globalconfig)$/i;

/**
 * The environment for a fresh npm, editor or test child: `node` first in the PATH, without what an outer `npm run` left,
 * and without an outer editor's (a code-server started in a terminal of VS Code would only talk to that one).
 */
export function cleanEnvironment(node = process.execPath, extra = {}) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => kept.test(name) || !/^(npm_|VSCODE_|ELECTRON_)/i.test(name)),
  );
  return { ...env, PATH: `${dirname(node)}:${env.PATH ?? ''}`, ...extra };
}

/** Runs npm; the result is that of `run`. */
export async function npm(args, { node = process.execPath, env = {}, ...options } = {}) {
  const own = process.env.npm_execpath;
  const cli = own && /npm-cli\.[cm]?js$/.test(own) ? own : undefined;
  const found = cli ? undefined : which('npm');
  if (!cli && !found) return { code: 127, signal: null, output: 'npm is not on the PATH' };
  const environment = cleanEnvironment(node, { npm_config_update_notifier: 'false', ...env });
  const all = [...args, '--no-audit', '--no-fund', '--loglevel=error'];
  return cli
    ? run(node, [cli, ...all], { ...options, env: environment })
    : run(found, all, { ...options, env: environment });
}
