import { type Environment, runGroup } from '../../shared/processes/group.ts';
import { parseVersion } from './version.ts';

export type Answer =
  { readonly version: string; readonly problem?: never } | { readonly version?: never; readonly problem: string };

const timeoutMs = 15_000;

export interface AskOptions {
  readonly env: Environment;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds. */
  readonly timeoutMs?: number | undefined;
}

/** The version that an executable gives, or why it is no code-server. */
export async function askVersion(path: string, { env, signal, ...options }: AskOptions): Promise<Answer> {
  // Asked for anything at all, code-server writes ~/.config/code-server/config.yaml unless it is given another file that
  // exists; an empty one counts as none.
  const { stdout, stderr, exitCode, timedOut } = await runGroup(path, ['--config', '/dev/null', '--version'], {
    env,
    ...(signal === undefined ? {} : { signal }),
    timeoutMs: options.timeoutMs ?? timeoutMs,
  });
  const version = exitCode === 0 ? parseVersion(stdout) : undefined;
  if (version !== undefined) return { version };
  if (timedOut) return { problem: 'it did not answer' };
  return { problem: (stderr.trim() || stdout.trim() || 'it printed nothing').slice(0, 500) };
}
