import { cpus, loadavg, release, totalmem, version } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
}

export function machine(): Machine {
  const [first, ...others] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: others.length + 1,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${version()}`,
    node: process.version,
  };
}

/** Processes that wanted a core over the last minute; above the number of cores, times are those of a busy machine. */
export function load(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}
