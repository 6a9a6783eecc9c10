import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { load } from 'js-yaml';
import { optionTable } from '../../../src/provider/optionTable.ts';
import type { Verb } from '../../../src/provider/yaml.ts';
import { endProcess } from '../../support/endProcess.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const bundles = resolve(process.env['DEVYARD_TEST_BUNDLE'] ?? 'dist');
export const providerFile = join(bundles, 'provider.js');

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface RunningVerb {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Missing: /dev/null, as DevPod gives where it has nothing to say. */
  readonly stdin?: 'pipe' | Buffer;
}

/** DevPod's side of one machine: its folders, and the environment in which it runs a provider (its pkg/provider/env.go). */
export interface DevPod extends AsyncDisposable {
  readonly machineId: string;
  readonly machineFolder: string;
  readonly env: Readonly<Record<string, string>>;
  /** The same DevPod with another machine. */
  machine(id: string): Promise<DevPod>;
  start(verb: Verb, options?: RunOptions): RunningVerb;
  run(verb: Verb, options?: RunOptions): Promise<Outcome>;
  /** As `run`; rejects with what it said unless it succeeds. */
  succeed(verb: Verb, options?: RunOptions): Promise<Outcome>;
  /** As `run`, with the line of provider.yaml and the shell that DevPod uses for it. */
  runLine(verb: Verb, options?: RunOptions): Promise<Outcome>;
  /** Runs a command on the machine. */
  command(text: string, options?: RunOptions): Promise<Outcome>;
  /** The word, when there is one. */
  status(): Promise<string>;
}

/** `given` are the options that somebody set; DevPod hands over the defaults of the others. */
export async function openDevPod(given: Readonly<Record<string, string>>, machineId = 'box'): Promise<DevPod> {
  const temporary = await temporaryFolder('devyard-devpod-');
  const context = join(temporary.path, 'contexts', 'default');
  const providerFolder = join(context, 'providers', 'dokploy');
  await mkdir(providerFolder, { recursive: true });
  const running = new Set<ChildProcess>();
  const defaults = Object.fromEntries(Object.entries(optionTable).map(([name, spec]) => [name, spec.default ?? '']));
  // All that an init is told: not even which provider it is.
  const initial: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: temporary.path,
    XDG_CACHE_HOME: join(temporary.path, 'cache'),
    ...defaults,
    ...given,
  };
  const base: Record<string, string> = {
    ...initial,
    DEVPOD: '/usr/local/bin/devpod',
    DEVPOD_OS: 'linux',
    DEVPOD_ARCH: 'amd64',
    DEVPOD_LOG_LEVEL: 'info',
    PROVIDER_ID: 'dokploy',
    PROVIDER_CONTEXT: 'default',
    PROVIDER_FOLDER: providerFolder,
    MACHINE_CONTEXT: 'default',
    MACHINE_PROVIDER: 'dokploy',
  };

  async function open(id: string): Promise<DevPod> {
    const machineFolder = join(context, 'machines', id);
    await mkdir(machineFolder, { recursive: true });
    const env = { ...base, MACHINE_ID: id, MACHINE_FOLDER: machineFolder };
    const begin = (
      verb: Verb,
      [file, ...args]: readonly [string, ...string[]],
      { env: more, stdin }: RunOptions = {},
    ): RunningVerb => {
      const child = spawn(file, args, {
        cwd: temporary.path,
        env: { ...(verb === 'init' ? initial : env), ...more },
        stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      });
      running.add(child);
      // A provider that fails reads none of it.
      child.stdin?.on('error', () => undefined);
      if (stdin instanceof Buffer) child.stdin?.end(stdin);
      return { child, ended: outcomeOf(child).finally(() => running.delete(child)) };
    };
    const start: DevPod['start'] = (verb, options) => begin(verb, [process.execPath, providerFile, verb], options);
    const run: DevPod['run'] = (verb, options) => start(verb, options).ended;
    const devPod: DevPod = {
      machineId: id,
      machineFolder,
      env,
      machine: open,
      start,
      run,
      async succeed(verb, options) {
        const outcome = await run(verb, options);
        if (outcome.code !== 0) throw new Error(`${verb} ended with ${String(outcome.code)}: ${outcome.stderr}`);
        return outcome;
      },
      async runLine(verb, options) {
        const { exec } = load(await readFile('provider.yaml', 'utf8')) as { exec: Readonly<Record<string, string>> };
        const line = exec[verb] ?? '';
        const program = { DEVYARD_PROVIDER: join(bundles, 'cli.js'), ...options?.env };
        return begin(verb, ['bash', '-c', line], { ...options, env: program }).ended;
      },
      command: (text, options) => run('command', { ...options, env: { ...options?.env, COMMAND: text } }),
      async status() {
        return (await devPod.succeed('status')).stdout.toString();
      },
      async [Symbol.asyncDispose]() {
        for (const { pid } of running) if (pid !== undefined) endProcess(pid);
        await temporary[Symbol.asyncDispose]();
      },
    };
    return devPod;
  }
  return open(machineId);
}

async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const stdout: Buffer[] = [];
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout: Buffer.concat(stdout), stderr };
}
