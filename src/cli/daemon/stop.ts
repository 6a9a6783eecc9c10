import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { DevyardClient } from '../../api/client/client.ts';
import { connect } from '../../api/client/launch.ts';
import { command } from '../command.ts';
import { print } from '../output.ts';

export const stopDaemonCommand = command({
  words: ['stop'],
  summary: 'end the daemon; what runs goes on unless told otherwise',
  options: ['end-running'],
  async run({ options, surroundings: { dataDir } }) {
    const connection = await connect(dataDir);
    if (connection === undefined) return print(`No Devyard daemon runs for ${dataDir}.`);
    const { client, info } = connection;
    const endRunning = options['end-running'];
    try {
      const gone = endOf(client);
      await client.call('daemon.stop', { body: { endRunning } });
      await gone;
      await untilGone(info.pid);
      return print(endRunning ? 'The daemon and all it ran have ended.' : 'The daemon has ended; what it ran goes on.');
    } finally {
      client.close();
    }
  },
});

/** Settles when the daemon closes the event stream, which it does as it ends. */
async function endOf(client: DevyardClient): Promise<void> {
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
