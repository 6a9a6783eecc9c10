import { isAbsolute } from 'node:path';
import { DevyardError } from '../errors.ts';
import { type Environment, runGroup } from '../processes/group.ts';
import { quietEnvironment, withQuietSsh } from './environment.ts';
import { parseBranch, parseGitUrl } from './gitUrl.ts';
import { GitOutput } from './output.ts';
import type { CloneProgress } from './progress.ts';
import { cloneFailure } from './reason.ts';
import { submoduleNotice } from './submodules.ts';

export interface CloneOptions {
  /** See `parseGitUrl`; it is checked again. */
  readonly url: string;
  /** Absolute path of a folder that does not exist yet or is empty. Best one made aside and renamed afterwards. */
  readonly into: string;
  /** A branch or tag; the repository's default branch if undefined. */
  readonly branch?: string | undefined;
  /** The person's environment: PATH, HOME, SSH_AUTH_SOCK, proxies … What does not belong to Git is taken out of it. */
  readonly env: Environment;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for everything. */
  readonly timeoutMs?: number;
  readonly onProgress?: (progress: CloneProgress) => void;
  /** What Git says, line by line, without what it draws over, secrets masked; at the end, that submodules stay empty. */
  readonly onLine?: (line: string) => void;
}

export interface CloneResult {
  /** The repository has no commit yet, so the folder holds `.git` only. That is no error. */
  readonly isEmpty: boolean;
}

const defaultTimeoutMs = 30 * 60_000;
const minuteMs = 60_000;

/**
 * Clones a repository with the person's own Git and credentials; nobody is ever asked for anything. Submodules stay empty.
 * Git removes what it made when it fails; after a cancel or a timeout it cannot, so the caller erases `into`.
 * When this settles, no Git of the clone runs any more. Throws `invalid`, `forbidden` (no accepted credentials, an
 * unknown host key, another user's files), `disk-full`, `unavailable`, `conflict`, `cancelled`.
 */
export async function cloneRepository(options: CloneOptions): Promise<CloneResult> {
  const { into, signal, timeoutMs = defaultTimeoutMs, onProgress, onLine } = options;
  const { url, label } = parseGitUrl(options.url);
  const branch = options.branch === undefined ? undefined : parseBranch(options.branch);
  if (!isAbsolute(into)) {
    throw new DevyardError('invalid', 'The folder to clone into is no absolute path.', {
      field: 'into',
      hint: 'Give an absolute path.',
    });
  }
  throwIfCancelled(signal, label);
  onProgress?.({ step: `Connecting to ${label}`, fraction: null });
  const env = await withQuietSsh(quietEnvironment(options.env, protocolsOf(url)), signal);
  throwIfCancelled(signal, label);
  const output = new GitOutput({ onProgress, onLine });
  const { stderr, exitCode, timedOut } = await runGroup(
    'git',
    [
      'clone',
      '--progress',
      '--no-recurse-submodules',
      ...(branch === undefined ? [] : [`--branch=${branch}`]),
      '--',
      url,
      into,
    ],
    { env, cwd: '/', timeoutMs, onStderr: output.add, ...(signal === undefined ? {} : { signal }) },
  );
  output.finish();
  if (exitCode !== 0) {
    throwIfCancelled(signal, label);
    if (timedOut) throw timeout(label, timeoutMs);
    // Nothing came when the shell that starts Git could not be started itself.
    throw cloneFailure(label, output.lines.length === 0 ? stderr.split('\n').slice(-1) : output.lines, exitCode);
  }
  if (onLine !== undefined) {
    const notice = await submoduleNotice(into, { env, signal });
    throwIfCancelled(signal, label);
    if (notice !== undefined) onLine(notice);
  }
  onProgress?.({ step: 'Cloned', fraction: 1 });
  return { isEmpty: output.lines.some((line) => /cloned an empty repository/i.test(line)) };
}

/** A redirect may only lead to what a URL could have named itself. */
function protocolsOf(url: string): readonly string[] {
  return ['https', 'ssh', 'file', ...(url.startsWith('http:') ? ['http'] : [])];
}

function throwIfCancelled(signal: AbortSignal | undefined, label: string): void {
  if (signal?.aborted === true) throw new DevyardError('cancelled', `The clone of ${label} was cancelled.`);
}

function timeout(label: string, timeoutMs: number): DevyardError {
  const minutes = timeoutMs / minuteMs;
  const long = minutes >= 1 ? `${String(Math.round(minutes))} min` : `${String(Math.round(timeoutMs / 1000))} s`;
  return new DevyardError('unavailable', `The clone of ${label} did not finish within ${long}.`, {
    hint: 'Check the network, or clone it in a terminal and use the folder. A large repository may need a longer limit.',
    field: 'url',
  });
}
