import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Server extends AsyncDisposable {
  readonly process: ChildProcess;
  /** What `ready` found in the output. */
  readonly match: RegExpExecArray;
  /** Everything it wrote so far. */
  output(): string;
}

export interface ServerOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Found in the output when it serves. */
  readonly ready: RegExp;
  readonly timeoutMs?: number;
}

/** Starts a program in a process group of its own and waits for its ready line; disposal ends the whole group. */
export async function startServer({ command, args, env, ready, timeoutMs = 30_000 }: ServerOptions): Promise<Server> {
  const child = spawn(command, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const found = new Promise<RegExpExecArray>((resolve, reject) => {
    const read = (text: string): void => {
      output += text;
      const match = ready.exec(output);
      if (match) resolve(match);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new Error(`${command} ended with ${code ?? signal} before it served:\n${output}`)),
    );
    setTimeout(
      () => reject(new Error(`${command} did not serve within ${timeoutMs} ms:\n${output}`)),
      timeoutMs,
    ).unref();
  });
  const end = (): Promise<void> => endGroup(child);
  try {
    return { process: child, match: await found, output: () => output, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** TERM to the group, KILL after three seconds; resolves when no member of it lives any more. */
async function endGroup(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve();
  signalGroup(pid, 'SIGTERM');
  await Promise.race([exited, sleep(3000, undefined, { ref: false })]);
  signalGroup(pid, 'SIGKILL');
  await exited;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in the group.
  }
}

/** True for a process that lives; a zombie does not. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/\) Z /.test(stat);
}
