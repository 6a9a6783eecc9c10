import { type Environment, runGroup } from '../processes/group.ts';

/** Of Git's variables these say who the person is and how they reach the network; the rest points to a repository or traces. */
const keptGit =
  /^GIT_(SSH|SSH_COMMAND|SSH_VARIANT|SSL_.+|HTTP_.+|PROXY_.+|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|TEMPLATE_DIR|EXEC_PATH|LFS_.+)$/;
/**
 * The editor's own, everything that opens a dialog, and what changes the language of Git's words. A display is taken away
 * because ssh before 8.4 and credential helpers take one for leave to ask.
 */
const foreign =
  /^(VSCODE_|ELECTRON_|NODE_OPTIONS$|GIT_|LC_|LANG$|LANGUAGE$|SSH_ASKPASS|DISPLAY$|WAYLAND_DISPLAY$|GCM_INTERACTIVE$)/;
/**
 * BatchMode: no passwords are tried or asked for. ControlMaster=no: a connection of the person's is used, but none is left
 * behind, which would hold our pipes.
 */
const quietSsh = 'ssh -o BatchMode=yes -o ControlMaster=no';
const askMs = 10_000;

/**
 * The environment of a `git` that can ask nobody, but has the person's own configuration, credential helpers, ssh agent,
 * proxies and certificates. `protocols` are all that it may use, also after a redirect or `insteadOf`
 * (GIT_ALLOW_PROTOCOL in git(1)).
 */
export function quietEnvironment(env: Environment, protocols: readonly string[]): Environment {
  const own = Object.entries(env).filter(([name]) => keptGit.test(name) || !foreign.test(name));
  return {
    ...Object.fromEntries(own),
    GIT_TERMINAL_PROMPT: '0',
    // Empty, not absent: then neither core.askPass nor SSH_ASKPASS is looked at.
    GIT_ASKPASS: '',
    SSH_ASKPASS_REQUIRE: 'never',
    GCM_INTERACTIVE: 'never',
    GIT_ALLOW_PROTOCOL: protocols.join(':'),
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
  };
}

/** Adds an ssh that asks nothing, unless the person named one: GIT_SSH_COMMAND would win over their core.sshCommand. */
export async function withQuietSsh(env: Environment, signal: AbortSignal | undefined): Promise<Environment> {
  if (env['GIT_SSH_COMMAND'] !== undefined || env['GIT_SSH'] !== undefined) return env;
  const { exitCode } = await runGroup('git', ['config', '--get', 'core.sshCommand'], {
    // No repository that happens to lie around the working directory is asked.
    env: { ...env, GIT_DIR: '/dev/null' },
    cwd: '/',
    timeoutMs: askMs,
    ...(signal === undefined ? {} : { signal }),
  });
  return exitCode === 0 ? env : { ...env, GIT_SSH_COMMAND: quietSsh };
}
