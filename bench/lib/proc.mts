// What the kernel counts of one process, see proc(5).
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

export interface Usage {
  /** User and system time together, in steps of 10 ms. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  /** Bytes it caused to be sent to a disk. */
  readonly diskBytes: number;
  /** Bytes given to write(2) and the like, to whatever: files, pipes, sockets. */
  readonly writtenBytes: number;
}

export async function usageOf(pid: number): Promise<Usage> {
  const [stat, status, io] = await Promise.all(
    ['stat', 'status', 'io'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8')),
  );
  // The name in the second field may hold blanks and brackets; utime and stime are fields 14 and 15.
  const fields = (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ');
  const number = (text: string | undefined, name: string): number =>
    Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text ?? '')?.[1] ?? Number.NaN);
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    rssBytes: number(status, 'VmRSS') * 1024,
    diskBytes: number(io, 'write_bytes'),
    writtenBytes: number(io, 'wchar'),
  };
}

/** Lets `peakRssBytes` count from now on. */
export async function resetPeakRss(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
}

export async function peakRssBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}
