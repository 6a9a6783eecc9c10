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
  /** Every piece of stderr, as it comes: what draws its progress over itself (`\r`) ends no line for minutes. */
  readonly onStderr?: (text: string) => void;
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
/** A process that left the group (an ssh that stays for the next connection) may hold our pipes for ever. */
const drainMs = 1000;

/**
 * Runs a program in a process group of its own; settles when nothing of the group writes any more, which is a second
 * after the program's end at the latest. Never rejects.
 */
export async function runGroup(
  file: string,
  args: readonly string[],
  { env, cwd, signal, timeoutMs, onLine, onStderr }: GroupOptions,
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
  const { nodeChildProcess } = child;
  let drain: NodeJS.Timeout | undefined;
  nodeChildProcess.once('exit', () => {
    drain = setTimeout(() => {
      nodeChildProcess.stdout?.destroy();
      nodeChildProcess.stderr?.destroy();
    }, drainMs);
  });
  const end = (): void => {
    const { pid, exitCode, signalCode } = nodeChildProcess;
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
    await Promise.all([
      forEach(onLine, () => child.iterable({ from: 'all' })),
      forEach(onStderr, () => decoded(child.iterable({ from: 'stderr', binary: true }))),
    ]);
    const { stdout, stderr, exitCode, failed, shortMessage } = await child;
    const unsaid = failed && stdout + stderr === '' ? shortMessage : '';
    return { stdout, stderr: stderr + unsaid, exitCode, timedOut };
  } finally {
    clearTimeout(timer);
    clearTimeout(drain);
    signal?.removeEventListener('abort', end);
  }
}

async function forEach(tell: ((text: string) => void) | undefined, open: () => AsyncIterable<string>): Promise<void> {
  if (tell !== undefined) for await (const text of open()) tell(text);
}

/** A character may lie across two pieces. */
async function* decoded(pieces: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  for await (const piece of pieces) yield decoder.decode(piece, { stream: true });
}
