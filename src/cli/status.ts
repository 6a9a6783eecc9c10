import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
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
  const { client } = connection;
  try {
    const gone = endOf(client);
    await client.call('daemon.stop', { body: { endRunning: options.endRunning } });
    await gone;
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
