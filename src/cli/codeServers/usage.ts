import { daemonCommand } from '../command.ts';
import { print, printJson } from '../output.ts';
import { findServer } from './find.ts';
import { sparkline } from './sparkline.ts';

const columns = 40;
/** One core: a scale that is less would make a mountain of what is nothing. */
const leastCpuTop = 100;

export const usageCommand = daemonCommand({
  words: ['code-server', 'usage'],
  operands: ['ID|NAME'],
  summary: 'its CPU and memory, now and before',
  options: ['json'],
  notes: ['CPU is that of all its processes; 100 % is one core. Its history begins anew with the daemon.'],
  async run(daemon, { operands: [idOrName], options }) {
    const { id, name, state, metrics } = await findServer(daemon, idOrName);
    const { samples } = await daemon.call('codeServers.metrics', { params: { id } });
    if (options.json) return printJson({ id, metrics, samples });
    print(`${name}  ${state.status}`);
    const row = (title: string, now: string | undefined, values: readonly number[], top: number, most: string): void =>
      void print(
        `${title.padEnd(8)}${(now ?? '–').padStart(9)}  ${sparkline(values, { columns, top })}  at most ${most}`,
      );
    const cpu = samples.map(({ cpuPercent }) => cpuPercent);
    const memory = samples.map(({ memoryBytes }) => memoryBytes);
    if (samples.length === 0) return print('Nothing was measured yet.');
    const [mostCpu, mostMemory] = [Math.max(...cpu), Math.max(...memory)];
    const now = metrics ?? undefined;
    row('CPU', now && percent(now.cpuPercent), cpu, Math.max(mostCpu, leastCpuTop), percent(mostCpu));
    row('Memory', now && megabytes(now.memoryBytes), memory, mostMemory, megabytes(mostMemory));
    return 0;
  },
});

const percent = (value: number): string => `${value.toFixed(1)} %`;
const megabytes = (bytes: number): string => `${String(Math.round(bytes / 1_000_000))} MB`;
