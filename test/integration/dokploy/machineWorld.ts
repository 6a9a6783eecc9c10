import { afterEach } from 'vitest';
import { createHttp } from '../../../src/http/http.ts';
import { createDokployApi } from '../../../src/managers/dokploy/api/client.ts';
import type { DokployApi } from '../../../src/managers/dokploy/api/types.ts';
import type { MachineContext, MachinePlan } from '../../../src/managers/dokploy/machines/types.ts';
import { systemClock } from '../../../src/managers/shared/clock.ts';
import { type DokployDouble, type DokployOptions, startDokploy } from '../../support/dokploy/double.ts';

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
});

export interface MachineWorld {
  readonly double: DokployDouble;
  readonly api: DokployApi;
  readonly log: string[];
  context(changes?: Partial<MachineContext>): MachineContext;
  /** Of that name, which is its marker, too. */
  plan(name: string, changes?: Partial<MachinePlan>): MachinePlan;
}

/** A double and everything that machines are made with. Nobody logs in unless the test says how. */
export async function openMachineWorld(options: DokployOptions = {}): Promise<MachineWorld> {
  const double = await startDokploy({ machines: 'none', ...options });
  opened.push(() => double.stop());
  const http = createHttp({ certificate: null, proxy: '' });
  opened.push(() => http.close());
  const api = createDokployApi({ http, clock: systemClock, random: Math.random, url: double.url, apiKey: double.key });
  const log: string[] = [];
  let titles = 0;
  return {
    double,
    api,
    log,
    context: (changes = {}) => ({
      api,
      clock: systemClock,
      host: '127.0.0.1',
      uniqueId: () => `test-${String((titles += 1))}`,
      login: () => Promise.resolve(),
      signal: new AbortController().signal,
      step: (text) => void log.push(`step: ${text}`),
      log: (line) => void log.push(line),
      ...changes,
    }),
    plan: (name, changes = {}) => ({
      kind: 'application',
      marker: `test:${name}`,
      name,
      project: { name: 'machines' },
      environment: null,
      serverId: null,
      image: double.image,
      registry: null,
      env: {},
      cpus: null,
      memoryMb: null,
      volumes: [],
      ports: [],
      sshPortRange: { from: 42_300, to: 42_340 },
      user: 'dev',
      publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGn5v4HbGmBqIS0KZ6vHvnWg1nDcbTSV3oYdX8oWmV2A test',
      sshd: 'install',
      idleStopMinutes: null,
      ...changes,
    }),
  };
}

/** The calls that change something. */
const changing = [
  'createProject',
  'removeProject',
  'createEnvironment',
  'createApplication',
  'createCompose',
  'saveDockerProvider',
  'saveEnvironment',
  'updateApplication',
  'updateCompose',
  'createPort',
  'deletePort',
  'createVolume',
  'deleteMount',
  'deploy',
  'start',
  'stop',
  'reload',
  'cleanQueue',
  'killBuild',
  'remove',
] as const satisfies readonly (keyof DokployApi)[];

export class Killed extends Error {
  override readonly name = 'Killed';
}

/**
 * The same API for somebody who is killed at its n-th change (1 is the first), before or after that was carried out, and does
 * nothing after that. `changes` counts them.
 */
export function killedAt(
  api: DokployApi,
  n: number,
  when: 'before' | 'after',
): { api: DokployApi; changes: () => number } {
  let changes = 0;
  let isDead = false;
  const guarded = Object.entries(api).map(([name, call]) => {
    const isChanging = (changing as readonly string[]).includes(name);
    const wrapped = async (...args: readonly unknown[]): Promise<unknown> => {
      if (isDead) throw new Killed();
      const isFatal = isChanging && (changes += 1) === n;
      if (isFatal) isDead = true;
      if (isFatal && when === 'before') throw new Killed();
      const result = await (call as (...args: readonly unknown[]) => Promise<unknown>)(...args);
      if (isDead) throw new Killed();
      return result;
    };
    return [name, wrapped];
  });
  return { api: Object.fromEntries(guarded) as DokployApi, changes: () => changes };
}
