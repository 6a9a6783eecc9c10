import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Started {
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
}

/** Starts a program in a group of its own, its output thrown away. */
export function byHand({ command: [program, ...args], cwd }: Started): ChildProcess {
  return spawn(program, args, { cwd, detached: true, stdio: 'ignore' });
}

/** Asks every 20 ms, as often as Devyard does at first, until somebody answers. */
export async function untilAnswers(port: number): Promise<void> {
  while (!(await answers(port))) await sleep(20);
}

/** TERM to each group, KILL to those that are left after `graceMs`; resolves when what was started has ended. */
export async function endGroups(children: readonly ChildProcess[], graceMs: number): Promise<void> {
  await Promise.all(
    children.map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      signal(child, 'SIGTERM');
      const late = new AbortController();
      await Promise.race([exit, sleep(graceMs, undefined, late).then(() => signal(child, 'SIGKILL'))]);
      await exit;
      late.abort();
    }),
  );
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const outgoing = request({ host: '127.0.0.1', port, path: '/', agent: false }, (answer) => {
      answer.resume();
      resolve(true);
    });
    outgoing.on('error', () => resolve(false));
    outgoing.end();
  });
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  try {
    process.kill(-(child.pid ?? Number.NaN), name);
  } catch {
    // It has ended by itself meanwhile.
  }
}
