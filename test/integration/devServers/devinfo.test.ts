import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DevinfoWatch } from '../../../src/managers/devServers/external/devinfoWatch.ts';
import { dialAddress, type Dial } from '../../../src/managers/devServers/external/dial.ts';
import type { ExternalInfo } from '../../../src/managers/devServers/external/parse.ts';
import { systemClock } from '../../../src/managers/shared/clock.ts';
import { watchFolder } from '../../../src/managers/shared/logs/watcher.ts';
import { currentPlatform } from '../../../src/managers/shared/processes/platform.ts';
import { temporaryFolder, type Temporary } from '../../support/temporary.ts';

interface Plugin {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly addr: string;
}

const platform = currentPlatform();
const children: ChildProcess[] = [];
const servers: Server[] = [];
let folder: Temporary;
let file: string;
let watch: DevinfoWatch | undefined;
let changes: (ExternalInfo | undefined)[];
let problems: string[];

beforeEach(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, 'plugins', 'demo', '.devinfo');
  changes = [];
  problems = [];
});

afterEach(async () => {
  watch?.close();
  watch = undefined;
  await Promise.all(children.splice(0).map(end));
  for (const server of servers.splice(0)) server.close();
  await folder[Symbol.asyncDispose]();
});

/** A process that listens on a port of its own, as a plugin does. */
async function startPlugin(): Promise<Plugin> {
  const program = `require('node:net').createServer(() => {}).listen(0, '127.0.0.1', function () {
    process.stdout.write(String(this.address().port));
  })`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, pid: child.pid ?? 0, addr: `127.0.0.1:${port.toString()}` };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

function start(options: { selfPid?: number; dial?: Dial } = {}): DevinfoWatch {
  watch = new DevinfoWatch({
    ...options,
    file,
    clock: systemClock,
    watch: watchFolder,
    platform,
    onChange: (info) => changes.push(info),
    onProblem: (problem) => problems.push(problem),
  });
  return watch;
}

const textOf = ({ pid, addr }: { pid: number; addr: string }, more: object = {}): string =>
  JSON.stringify({ pid, protocol: 'grpc', protocolVersion: 1, addr, ...more });
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 20 });

async function writeFolder(text: string): Promise<void> {
  await mkdir(join(folder.path, 'plugins', 'demo'), { recursive: true });
  await writeFile(file, text);
}

async function replace(text: string): Promise<void> {
  await writeFile(`${file}.tmp`, text);
  await rename(`${file}.tmp`, file);
}

describe('DevinfoWatch', () => {
  it('attaches when the folder and the file come into being, and detaches when the process is killed', async () => {
    const plugin = await startPlugin();
    const watching = start();
    await mkdir(join(folder.path, 'plugins'));
    await writeFolder(textOf(plugin, { pluginId: 'demo', vitePort: 15_173 }));
    await until(() => expect(watching.info?.pid).toBe(plugin.pid));
    expect(changes).toEqual([
      { pid: plugin.pid, protocol: 'grpc', protocolVersion: 1, addr: plugin.addr, pluginId: 'demo', vitePort: 15_173 },
    ]);
    await end(plugin.child);
    await until(() => expect(changes).toHaveLength(2));
    expect(watching.info).toBeUndefined();
    expect(problems).toEqual([]);
  });

  it('does not flap while the file is written anew, and follows what it says then', async () => {
    const [first, second] = [await startPlugin(), await startPlugin()];
    await writeFolder(textOf(first));
    const watching = start();
    await until(() => expect(watching.info?.pid).toBe(first.pid));
    // As it is, with another order of fields, half of it, by renaming, by removing.
    await writeFile(file, textOf(first));
    await writeFile(
      file,
      `  ${JSON.stringify({ addr: first.addr, protocolVersion: 1, protocol: 'grpc', pid: first.pid })}`,
    );
    await writeFile(file, textOf(first).slice(0, 20));
    await replace(textOf(first));
    await rm(file);
    await writeFile(file, textOf(first));
    await replace(textOf(second));
    await until(() => expect(watching.info?.pid).toBe(second.pid));
    expect(changes.map((info) => info?.pid)).toEqual([first.pid, second.pid]);
    // The former process has no say any more.
    await end(first.child);
    await replace(textOf(second, { version: '2' }));
    await until(() => expect(watching.info?.version).toBe('2'));
    await rm(file);
    await until(() => expect(watching.info).toBeUndefined());
    expect(changes.map((info) => info?.pid)).toEqual([first.pid, second.pid, second.pid, undefined]);
    expect(problems).toEqual([]);
  });

  it('waits until the address answers', async () => {
    const plugin = await startPlugin();
    const socket = join(folder.path, 's');
    await writeFolder(textOf({ pid: plugin.pid, addr: socket }));
    let asked = 0;
    const dial: Dial = async (address, signal) => {
      const answer = await dialAddress(address, signal);
      asked += 1;
      return answer;
    };
    const watching = start({ dial });
    await until(() => expect(asked).toBe(2));
    const server = createServer((connection) => connection.destroy());
    servers.push(server);
    expect(watching.info).toBeUndefined();
    server.listen(socket);
    await until(() => expect(watching.info?.addr).toBe(socket));
    expect(changes).toHaveLength(1);
  });

  it('attaches nobody for a dead process, though the address answers', async () => {
    const [dead, alive] = [await startPlugin(), await startPlugin()];
    await end(dead.child);
    await writeFolder(textOf({ pid: dead.pid, addr: alive.addr }));
    const watching = start();
    await replace(textOf(alive));
    await until(() => expect(watching.info?.pid).toBe(alive.pid));
    await replace(textOf({ pid: dead.pid, addr: alive.addr }));
    await until(() => expect(watching.info).toBeUndefined());
    expect(changes.map((info) => info?.pid)).toEqual([alive.pid, undefined]);
    expect(problems).toEqual([]);
  });

  it('tells once of a file that it cannot use, dials nobody for it, and keeps who is attached', async () => {
    const plugin = await startPlugin();
    await writeFolder(textOf(plugin));
    const watching = start({ selfPid: 4242 });
    await until(() => expect(watching.info?.pid).toBe(plugin.pid));
    const faults = [
      ['{ not json', 'It is not valid JSON.'],
      [textOf({ pid: 1, addr: plugin.addr }), '“pid” is 1, which no plugin can have.'],
      [textOf({ pid: 4242, addr: plugin.addr }), '“pid” is that of the Devyard daemon itself.'],
      [
        textOf({ pid: plugin.pid, addr: '192.0.2.1:80' }),
        '“addr” is not on the loopback interface (127.0.0.1, [::1] or localhost).',
      ],
      ['x'.repeat(70_000), 'It has more than 64 KB.'],
    ] as const;
    for (const [index, [text, problem]] of faults.entries()) {
      await replace(text);
      await until(() => expect(problems).toHaveLength(index + 1));
      expect(problems.at(-1)).toBe(`${file} is ignored. ${problem}`);
    }
    await replace(`${'x'.repeat(70_000)}y`);
    await replace(textOf(plugin, { version: '3' }));
    await until(() => expect(watching.info?.version).toBe('3'));
    expect(problems).toHaveLength(faults.length);
    expect(changes.map((info) => info?.pid)).toEqual([plugin.pid, plugin.pid]);
  });

  it('does not wait for a pipe that nobody writes to', async () => {
    const plugin = await startPlugin();
    await mkdir(join(folder.path, 'plugins', 'demo'), { recursive: true });
    await once(spawn('mkfifo', [file]), 'exit');
    const watching = start();
    await until(() => expect(problems).toEqual([`${file} is ignored. It is not a file.`]));
    await replace(textOf(plugin));
    await until(() => expect(watching.info?.pid).toBe(plugin.pid));
  });
});
