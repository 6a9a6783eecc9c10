import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './server.ts';
import { endProcess } from './endProcess.ts';

interface Discovery {
  readonly socket: string;
  readonly token: string;
  readonly pid: number;
}

/** What the daemon of a data directory wrote about itself; undefined when there is none. */
async function discover(dataDir: string): Promise<Discovery | undefined> {
  try {
    return JSON.parse(await readFile(join(dataDir, 'daemon.json'), 'utf8')) as Discovery;
  } catch {
    return undefined;
  }
}

/** One request to the daemon; resolves the status and the parsed body. */
function callDaemon(
  { socket, token }: Discovery,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const call = request({ socketPath: socket, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text) }),
      );
    });
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Ends a test's daemon with everything that runs, so that nothing outlives the test; by force when it does not answer. */
export async function stopDaemon(dataDir: string): Promise<void> {
  const daemon = await discover(dataDir);
  if (daemon === undefined || !(await isAlive(daemon.pid))) return;
  await callDaemon(daemon, 'POST', '/api/daemon/stop', { endRunning: true }).catch(() => undefined);
  for (let waited = 0; waited < 10_000; waited += 50) {
    if (!(await isAlive(daemon.pid))) return;
    await sleep(50);
  }
  endProcess(daemon.pid);
  throw new Error(`the daemon (pid ${daemon.pid}) of ${dataDir} did not end when asked to`);
}

/** Its command line with NULs between the arguments, as an editor reads it that looks for who listens on a port. */
export async function daemonCommandLine(dataDir: string): Promise<string> {
  return readFile(`/proc/${String(await daemonPid(dataDir))}/cmdline`, 'utf8');
}

/** The living daemon's process; undefined when there is none. */
export async function daemonPid(dataDir: string): Promise<number | undefined> {
  const pid = (await discover(dataDir))?.pid;
  return pid !== undefined && (await isAlive(pid)) ? pid : undefined;
}
