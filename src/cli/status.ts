import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type LaunchOptions } from '../api/client/launch.ts';
import type { Options } from './options.ts';
import { print, printJson } from './output.ts';
import { stateText } from './text.ts';

/** Says what runs. Starts nothing: no daemon is an answer, too (exit code 5). */
export async function runStatus(options: Options, { dataDir }: LaunchOptions): Promise<number> {
  const connection = await connect(dataDir);
  if (connection === undefined) {
    if (options.json) printJson({ running: false, dataDir });
    else print(`No Devyard daemon runs for ${dataDir}.`);
    return 5;
  }
  const { client, info } = connection;
  try {
    const [codeServers, engine] = await Promise.all([
      client.call('codeServers.list', {}),
      client.call('engine.get', {}),
    ]);
    if (options.json) return printJson({ running: true, daemon: info, engine, codeServers });
    print(`Devyard ${info.version}, pid ${String(info.pid)}, ${[info.socket, ...info.urls].join(', ')}`);
    for (const problem of info.problems)
      print(`! ${problem.message}${problem.hint === undefined ? '' : ` ${problem.hint}`}`);
    if (engine.status === 'ready') print(`code-server ${engine.version} (${engine.path})`);
    else if ('message' in engine) print(`code-server: ${engine.message} ${engine.hint}`);
    for (const server of codeServers) print(`${server.id}  ${server.name}  ${stateText(server)}`);
    if (codeServers.length === 0) print('No code-servers yet. Create one: devyard code-server create NAME');
    return 0;
  } finally {
    client.close();
  }
}

/** Prints the newest lines of the daemon's own log, from its file: most wanted when no daemon runs. */
export async function runLogs(options: Options, { dataDir }: LaunchOptions): Promise<number> {
  const path = join(dataDir, 'daemon.log');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) {
    print(`There is no log yet: ${path}`);
    return 5;
  }
  return print(
    text
      .trimEnd()
      .split('\n')
      .slice(-(options.lines ?? 200))
      .join('\n'),
  );
}

export async function runStop(options: Options, { dataDir }: LaunchOptions): Promise<number> {
  const connection = await connect(dataDir);
  if (connection === undefined) return print(`No Devyard daemon runs for ${dataDir}.`);
  const { client, info } = connection;
  try {
    const gone = endOf(client);
    await client.call('daemon.stop', { body: { endRunning: options.endRunning } });
    await gone;
    await untilGone(info.pid);
    return print(
      options.endRunning ? 'The daemon and all it ran have ended.' : 'The daemon has ended; what it ran goes on.',
    );
  } finally {
    client.close();
  }
}

/** Settles when the daemon closes the event stream, which it does as it ends. */
async function endOf(client: NonNullable<Awaited<ReturnType<typeof connect>>>['client']): Promise<void> {
  try {
    for await (const event of client.events(undefined, new AbortController().signal)) void event;
  } catch {
    // The connection broke because the daemon ended.
  }
}

const exitTimeoutMs = 5000;
const exitPollMs = 20;

/** The daemon answers no more, but holds its lock until its process is gone, and the next command wants that lock. */
async function untilGone(pid: number): Promise<void> {
  const deadline = performance.now() + exitTimeoutMs;
  // Whoever is still listed after that has ended and was not fetched by its parent.
  while (performance.now() < deadline && isListed(pid) && !(await isZombie(pid))) await delay(exitPollMs);
}

function isListed(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** proc_pid_stat(5): the state follows the name, which is in parentheses. Elsewhere than on Linux it is never known. */
async function isZombie(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '');
  return /\) [ZX] [^)]*$/.test(stat);
}
