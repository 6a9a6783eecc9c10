// Runs the benchmarks that were asked for, one after the other, and prints one table. Started by run.mts.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from './lib/bench.mts';
import { load, machine } from './lib/machine.mts';
import { buildProduct } from './lib/product.mts';
import { judge, type Report, save, table } from './lib/report.mts';

// Loaded when needed: what they share with the tests finds the daemon in an environment variable when it is loaded.
const benches: Readonly<Record<string, () => Promise<{ bench: Bench }>>> = {
  activation: () => import('./benches/activation.mts'),
  start: () => import('./benches/start.mts'),
  idle: () => import('./benches/idle.mts'),
  restart: () => import('./benches/restart.mts'),
  twoWindows: () => import('./benches/twoWindows.mts'),
  ingest: () => import('./benches/ingest.mts'),
  servers: () => import('./benches/servers.mts'),
  proxy: () => import('./benches/proxy.mts'),
  unpack: () => import('./benches/unpack.mts'),
  devServers: () => import('./benches/devServers.mts'),
  dokploy: () => import('./benches/dokploy.mts'),
};

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !Object.hasOwn(benches, name));
  if (unknown.length > 0) {
    say(`No such benchmark: ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}`);
    return 2;
  }
  say('building the product');
  const product = await buildProduct(join(tmpdir(), 'extension'));
  process.env['DEVYARD_TEST_BUNDLE'] = product.dist;
  const reports: Report[] = [];
  const failures: string[] = [];
  for (const [name, module] of Object.entries(benches)) {
    if (names.length > 0 && !names.includes(name)) continue;
    say(`\n━━━ ${name}`);
    const began = performance.now();
    const before = load();
    try {
      const { bench } = await module();
      const measured = judge(await bench({ product, say: (text) => say(`  ${text}`) }));
      const report = {
        name,
        at: new Date().toISOString(),
        machine: machine(),
        load: [before, load()],
        ...measured,
      } as const;
      reports.push(report);
      say(`✓ ${await save(report)} after ${Math.round((performance.now() - began) / 1000)} s`);
    } catch (error) {
      failures.push(name);
      say(`✗ ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  if (reports.length > 0) summarise(reports);
  if (failures.length > 0) say(`✗ could not be measured: ${failures.join(', ')}`);
  return failures.length > 0 ? 1 : 0;
}

function summarise(reports: readonly Report[]): void {
  const { cpu, cores, memoryGb, node } = machine();
  const loads = reports.flatMap((report) => report.load);
  say(`\n${table(reports)}\n`);
  say(
    `${cpu}, ${cores} cores, ${memoryGb} GB, Node ${node}; load ${Math.min(...loads)} to ${Math.max(...loads)} meanwhile`,
  );
  if (Math.max(...loads) > cores) say('The machine had more to do than cores: times are longer than on a quiet one.');
}

process.exit(await main(process.argv.slice(2)));
