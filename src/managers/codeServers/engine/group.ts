import { execa } from 'execa';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface GroupOptions {
  readonly env: Environment;
  readonly cwd?: string;
  /** Ends the program and all its children. */
  readonly signal?: AbortSignal;
  /** Milliseconds until the same happens. */
  readonly timeoutMs?: number;
  /** Every line of both streams, as it comes. */
  readonly onLine?: (line: string) => void;
}

interface GroupResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined when it did not end by itself. */
  readonly exitCode: number | undefined;
  readonly timedOut: boolean;
}

/**
 * Runs in the program's group and waits for the end of its stdin, which comes when the program ends, or when the daemon
 * does, however it dies; then nothing of the group is left. Nobody else could end npm after a `kill -9` of the daemon.
 */
const lifeline = 'exec 3<&0 </dev/null; (cat <&3; kill -9 0) >/dev/null 2>&1 & exec "$@" 3<&-';
const maxOutputBytes = 20_000_000;

/** Runs a program in a process group of its own; settles when nothing of the group writes any more. Never rejects. */
export async function runGroup(
  file: string,
  args: readonly string[],
  { env, cwd, signal, timeoutMs, onLine }: GroupOptions,
): Promise<GroupResult> {
  const child = execa('sh', ['-c', lifeline, 'sh', file, ...args], {
    env,
    extendEnv: false,
    ...(cwd === undefined ? {} : { cwd }),
    stdin: 'pipe',
    all: true,
    reject: false,
    detached: true,
    maxBuffer: maxOutputBytes,
  });
  const end = (): void => {
    const { pid, exitCode, signalCode } = child.nodeChildProcess;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It ended this very moment.
    }
  };
  let timedOut = false;
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          end();
        }, timeoutMs);
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted === true) end();
  try {
    if (onLine !== undefined) for await (const line of child.iterable({ from: 'all' })) onLine(line);
    const { stdout, stderr, exitCode, failed, shortMessage } = await child;
    const unsaid = failed && stdout + stderr === '' ? shortMessage : '';
    return { stdout, stderr: stderr + unsaid, exitCode, timedOut };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}
