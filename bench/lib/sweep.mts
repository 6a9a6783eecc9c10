import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Pids of the processes that carry `mark` (a path that nobody else knows) in their command line or environment. */
async function carriers(mark: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      // A zombie has neither, and is no process any more.
      const texts = await Promise.all(
        ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
      );
      return texts.some((text) => text.includes(mark)) ? [pid] : [];
    }),
  );
  return found.flat().filter((pid) => pid !== process.pid);
}

/** Kills what carries `mark` until nothing does; resolves how many processes that were. Gives up after 5 s. */
export async function endAll(mark: string): Promise<number> {
  const ended = new Set<number>();
  for (let waited = 0; waited < 5000; waited += 50) {
    const pids = await carriers(mark);
    if (pids.length === 0) break;
    for (const pid of pids) {
      ended.add(pid);
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself meanwhile.
      }
    }
    await sleep(50);
  }
  return ended.size;
}
