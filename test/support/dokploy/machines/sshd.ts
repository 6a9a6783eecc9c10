import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { guardScript } from '../../../../scripts/lib/guard.mjs';
import { containerId } from '../identifiers.ts';
import { exitCodeOf, type Life, openLog, pretendedMachine, stateText } from './pretended.ts';
import { ownedFolder } from './owner.ts';
import { childrenOf, endTree } from './processTree.ts';
import type { Machine, Machines, MachinePort, MachineSpec } from './types.ts';

const exec = promisify(execFile);

/**
 * A real sshd of this host for every machine with a published port 22 and a key in its environment; the others are pretended.
 * Without a container there is one file system and one user: only the user of this process can log in, whatever user the
 * machine was meant to have, and volumes are names. A machine keeps its host key as long as its double lives.
 */
export async function sshdMachines(program: string): Promise<Machines> {
  const folder = await ownedFolder();
  // sshd started by root insists on its empty folder.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const volumes = new Set<string>();
  const running = new Set<Machine>();
  const keyFile = (spec: MachineSpec): string => join(folder.path, `${spec.name.split('.')[0] ?? ''}.key`);
  const keysOf = new Map<string, string>();
  const reloaders = new Map<string, () => Promise<void>>();

  return {
    kind: 'sshd',
    user: userInfo().username,
    image: 'devyard-test:sshd',
    pull: () => Promise.resolve(undefined),
    async create(spec) {
      for (const { name } of spec.volumes) volumes.add(name);
      const port = spec.ports.find(({ target, protocol }) => target === 22 && protocol === 'tcp');
      const key = spec.env.find((line) => /^\w+=(?:ssh|ecdsa|sk)-\S+ /u.test(line));
      if (port === undefined || key === undefined || exitCodeOf(spec) !== undefined) return pretendedMachine(spec);
      const hostKey = keyFile(spec);
      if (!existsSync(hostKey)) await makeKey(hostKey);
      const machine = sshdMachine({
        program,
        folder: folder.path,
        spec,
        port,
        hostKey,
        key: key.slice(key.indexOf('=') + 1),
      });
      keysOf.set(machine.id, hostKey);
      reloaders.set(machine.id, machine.reload);
      running.add(machine);
      return machine;
    },
    volumes: () => Promise.resolve([...volumes]),
    removeVolume(name) {
      volumes.delete(name);
      return Promise.resolve();
    },
    async swapHostKey(machine) {
      const hostKey = keysOf.get(machine.id);
      if (hostKey === undefined) throw new Error('that machine has no sshd');
      await rm(hostKey);
      await makeKey(hostKey);
      await reloaders.get(machine.id)?.();
    },
    exec: () => Promise.reject(new Error('a machine that is an sshd has no inside')),
    async close() {
      await Promise.all([...running].map((machine) => machine.remove()));
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function makeKey(file: string): Promise<void> {
  await rm(`${file}.pub`, { force: true });
  await exec('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
}

interface Parts {
  readonly program: string;
  readonly folder: string;
  readonly spec: MachineSpec;
  readonly port: MachinePort;
  readonly hostKey: string;
  /** One line of authorized_keys. */
  readonly key: string;
}

async function writeSettings({ folder, spec, port, hostKey, key }: Parts, id: string): Promise<string> {
  const keys = join(folder, `${id}.keys`);
  const file = join(folder, `${id}.conf`);
  await writeFile(keys, `${key}\n`);
  // What sshd's configuration cannot hold is left out.
  const variables = spec.env.filter((line) => /^\w+=[^"\\\n]*$/u.test(line) && !line.endsWith(key));
  const settings = [
    `ListenAddress ${port.host}:${String(port.published)}`,
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${keys}`,
    'StrictModes no',
    'UsePAM no',
    'PidFile none',
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'AcceptEnv LANG LC_*',
    'MaxSessions 200',
    'MaxStartups 50:30:200',
    'PrintMotd no',
    'Subsystem sftp internal-sftp',
    ...(variables.length === 0 ? [] : [`SetEnv ${variables.map((line) => `"${line}"`).join(' ')}`]),
  ];
  await writeFile(file, `${settings.join('\n')}\n`);
  return file;
}

function sshdMachine(parts: Parts): Machine & { readonly reload: () => Promise<void> } {
  const { program, folder, spec, port } = parts;
  const id = containerId();
  const log = openLog();
  let life: Life = { state: 'created', exitCode: 0, since: Date.now() };
  let pid: number | undefined;
  let ended = Promise.resolve(0);

  async function start(): Promise<void> {
    const address = `${port.host}:${String(port.published)}`;
    const failure = (words: string): Error =>
      new Error(
        `driver failed programming external connectivity on endpoint ${spec.name}: Bind for ${address} failed: ${words}`,
      );
    if (await isTaken(port)) throw failure('port is already allocated');
    const file = await writeSettings(parts, id);
    const none = join(folder, `${id}.none`);
    const child = spawn('/bin/sh', ['-c', guardScript, 'sh', 'KILL', none, program, '-D', '-e', '-f', file], {
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true,
    });
    pid = child.pid;
    const words: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n')) if (line.trim() !== '') log.add(line.trim());
      words.push(text);
    });
    const exited = once(child, 'exit') as Promise<[number | null]>;
    ended = exited.then(([code]) => {
      life = { state: 'exited', exitCode: code ?? 137, since: Date.now() };
      log.end();
      return life.exitCode;
    });
    life = { state: 'running', exitCode: 0, since: Date.now() };
    await Promise.race([greeted(port, () => life.state === 'running'), ended]);
    if (life.state !== 'running') throw failure(words.join('').trim());
  }

  const end = async (): Promise<void> => {
    if (pid === undefined || life.state !== 'running') return;
    endTree(pid);
    await ended;
  };
  return {
    id,
    start,
    stop: end,
    kill: end,
    async remove() {
      await end();
      for (const suffix of ['conf', 'keys']) await rm(join(folder, `${id}.${suffix}`), { force: true });
    },
    async reload() {
      if (pid === undefined || life.state !== 'running') return;
      // It runs itself anew, and reads its keys again.
      for (const child of childrenOf(pid, 'sshd')) process.kill(child, 'SIGHUP');
      await greeted(port, () => life.state === 'running');
    },
    wait: () => ended,
    inspect: () => Promise.resolve(stateText(life, 'no')),
    log: (tail) => Promise.resolve(log.tail(tail)),
    follow: (tail, take, ended) => log.follow(tail, take, ended),
  };
}

const isTaken = (port: MachinePort): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host: port.host, port: port.published });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

/** Resolves when something there says `SSH-`, or when it is pointless to go on asking. */
async function greeted(port: MachinePort, goOn: () => boolean): Promise<void> {
  while (goOn()) {
    const greets = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ host: port.host, port: port.published });
      socket.on('data', (data) => {
        socket.destroy();
        resolve(data.toString('latin1').startsWith('SSH-'));
      });
      socket.on('error', () => resolve(false));
      socket.on('close', () => resolve(false));
    });
    if (greets) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
