import { containerId } from '../identifiers.ts';
import { agoText, durationText } from '../dockerTime.ts';
import type { Machine, Machines, MachineSpec, MachineState } from './types.ts';

/** What a pretended machine says about itself and how it ends. */
export interface Life {
  readonly state: 'created' | 'running' | 'exited';
  readonly exitCode: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/**
 * The exit code with which a shell command ends by itself at once; undefined: it goes on running. Only an `exit N` at the
 * end of a script that starts no sshd counts, as in `/bin/sh -c "echo dying; exit 3"`.
 */
export function exitCodeOf({ entrypoint = [], command = [] }: MachineSpec): number | undefined {
  const script = [...entrypoint, ...command].join(' ');
  const code = /(?:^|[\s;])exit (\d+)\s*$/u.exec(script)?.[1];
  return code === undefined || script.includes('sshd') ? undefined : Number(code);
}

export function stateText(life: Life, restart: MachineSpec['restart']): MachineState {
  if (life.state === 'created') return { state: 'created', status: 'Created' };
  if (life.state === 'running') return { state: 'running', status: `Up ${durationText(Date.now() - life.since)}` };
  const again =
    restart === 'always' || restart === 'unless-stopped' || (restart === 'on-failure' && life.exitCode !== 0);
  const verb = again ? 'Restarting' : 'Exited';
  return {
    state: again ? 'restarting' : 'exited',
    status: `${verb} (${String(life.exitCode)}) ${agoText(Date.now() - life.since)}`,
  };
}

/** Log lines of one machine, with those who follow them. */
export function openLog() {
  const lines: string[] = [];
  const followers = new Map<(text: string) => void, () => void>();
  return {
    add(line: string): void {
      const stamped = `${new Date().toISOString().replace('Z', '000000Z')} ${line}\n`;
      lines.push(stamped);
      for (const take of followers.keys()) take(stamped);
    },
    /** The machine has stopped. */
    end(): void {
      for (const ended of followers.values()) ended();
      followers.clear();
    },
    tail: (count: number): string => lines.slice(-count).join(''),
    follow(tail: number, take: (text: string) => void, ended: () => void): () => void {
      if (lines.length > 0) take(lines.slice(-tail).join(''));
      followers.set(take, ended);
      return () => followers.delete(take);
    },
  };
}

/** Machines that are rows in a table. Images are always there, and nothing listens on any port. */
export function pretendedMachines(): Machines {
  const volumes = new Set<string>();
  return {
    kind: 'none',
    user: undefined,
    image: 'devyard-test:pretended',
    pull: () => Promise.resolve(undefined),
    create(spec) {
      for (const { name } of spec.volumes) volumes.add(name);
      return Promise.resolve(pretendedMachine(spec));
    },
    volumes: () => Promise.resolve([...volumes]),
    removeVolume(name) {
      volumes.delete(name);
      return Promise.resolve();
    },
    swapHostKey: () => Promise.resolve(),
    exec: () => Promise.reject(new Error('a pretended machine runs nothing')),
    close: () => Promise.resolve(),
  };
}

export function pretendedMachine(spec: MachineSpec): Machine {
  const log = openLog();
  let life: Life = { state: 'created', exitCode: 0, since: Date.now() };
  let ended = Promise.withResolvers<number>();
  const end = (exitCode: number): void => {
    if (life.state === 'exited') return;
    life = { state: 'exited', exitCode, since: Date.now() };
    ended.resolve(exitCode);
    log.end();
  };
  return {
    id: containerId(),
    start() {
      if (life.state === 'exited') ended = Promise.withResolvers();
      life = { state: 'running', exitCode: 0, since: Date.now() };
      log.add('starting, env:');
      for (const line of spec.env) log.add(line);
      const exitCode = exitCodeOf(spec);
      if (exitCode !== undefined) end(exitCode);
      return Promise.resolve();
    },
    stop() {
      // An ended one that its restart policy would start again stays stopped from now on.
      end(143);
      return Promise.resolve();
    },
    remove() {
      end(137);
      return Promise.resolve();
    },
    kill() {
      end(137);
      return Promise.resolve();
    },
    wait: () => ended.promise,
    inspect: () => Promise.resolve(stateText(life, life.exitCode === 143 ? 'no' : spec.restart)),
    log: (tail) => Promise.resolve(log.tail(tail)),
    follow: (tail, take, ended) => log.follow(tail, take, ended),
  };
}
