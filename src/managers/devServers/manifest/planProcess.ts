import type { NodePath } from '../../shared/yaml/nodeValue.ts';
import type { DebugPlan, PortPlan, ProcessPlan, ReadyProbe } from '../plan.ts';
import { linePatternFault, literally } from './patterns.ts';
import { type PortScope, withSamplePorts } from './placeholders.ts';
import type { Planner } from './planner.ts';
import type { ManifestProcess } from './schema.ts';
import { defaultPortRange } from './schemaParts.ts';

const minute = 60_000;

/** What holds where the manifest says nothing. Milliseconds. */
const defaults = {
  port: { range: defaultPortRange, sticky: true, retry: 3 },
  readyTimeoutMs: minute / 2,
  restart: { policy: 'on-failure', backoffMs: [1000, 30_000], max: 5 },
  stop: { signal: 'SIGTERM', graceMs: 5000 },
} as const;

export interface PartPlace {
  readonly name: string;
  readonly at: NodePath;
  /** Folder of the project. */
  readonly root: string;
  /** All processes of the project, and whether they have a port. */
  readonly processes: ReadonlyMap<string, boolean>;
}

export function planProcess(
  planner: Planner,
  given: ManifestProcess,
  { name, at, root, processes }: PartPlace,
): ProcessPlan {
  const ports: PortScope = { own: given.port !== undefined, processes };
  const { restart, stop } = given;
  return {
    name,
    cwd: planner.cwd(at, given.cwd, root),
    dependsOn: unique(given.dependsOn),
    command: planner.command([...at, 'command'], given.command, ports),
    env: planner.environment([...at, 'env'], given.env, ports),
    port: portPlan(given.port),
    ready: readyProbes(planner, given, [...at, 'ready'], ports),
    readyTimeoutMs: planner.duration(given.readyTimeout, defaults.readyTimeoutMs),
    restart: {
      policy: restart?.policy ?? defaults.restart.policy,
      backoffMs: backoff(planner, restart?.backoff, [...at, 'restart', 'backoff']),
      max: restart?.max ?? defaults.restart.max,
    },
    stop: {
      signal: stop?.signal ?? defaults.stop.signal,
      graceMs: planner.duration(stop?.grace, defaults.stop.graceMs),
    },
    tty: given.tty ?? false,
    debug: debugPlan(given.debug),
  };
}

export const unique = (names: readonly string[] | undefined): readonly string[] => [...new Set(names)];

function portPlan(given: ManifestProcess['port']): PortPlan | null {
  if (given === undefined) return null;
  if (given === true) return defaults.port;
  // There is no other port to try anew with.
  if (typeof given === 'number') return { range: { start: given, end: given }, sticky: true, retry: 0 };
  const { start, end } = defaults.port.range;
  const [first = start, last = end] = given.range ?? [];
  return {
    range: { start: first, end: last },
    sticky: given.sticky ?? defaults.port.sticky,
    retry: given.retry ?? defaults.port.retry,
  };
}

function readyProbes(planner: Planner, given: ManifestProcess, at: NodePath, ports: PortScope): readonly ReadyProbe[] {
  if (given.ready === undefined) return given.port === undefined ? [] : [{ type: 'http', target: '/' }];
  return given.ready.flatMap((probe, index): readonly ReadyProbe[] => {
    const { http, log, tcp } = probe;
    const here = [...at, index];
    if (http !== undefined) return [httpProbe(planner, http, [...here, 'http'], ports)];
    if (log !== undefined) return [logProbe(planner, log, [...here, 'log'], ports)];
    if (tcp === undefined) return [];
    if (tcp === true && ports.own !== true) {
      planner.report(
        [...here, 'tcp'],
        'is true, but the process has no port. Add “port: true” to it, or name the port.',
      );
    }
    return [{ type: 'tcp', port: tcp === true ? null : tcp }];
  });
}

function httpProbe(planner: Planner, given: string, at: NodePath, ports: PortScope): ReadyProbe {
  const target = planner.text(at, given, ports);
  if (target.startsWith('/')) {
    if (ports.own !== true) {
      planner.report(at, 'is a path, but the process has no port. Add “port: true” to it, or write a whole URL.');
    }
  } else if (!isLoopbackUrl(withSamplePorts(target))) {
    planner.report(at, 'must be a path such as /, or a URL on this machine such as http://127.0.0.1:3000/.');
  }
  return { type: 'http', target };
}

/** A probe or a reload step asks this machine only: a manifest is no way to make requests elsewhere. */
export function isLoopbackUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    return false;
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
}

function logProbe(planner: Planner, given: string, at: NodePath, ports: PortScope): ReadyProbe {
  const pattern = planner.text(at, given, ports, literally);
  const fault = linePatternFault(withSamplePorts(pattern));
  if (fault !== undefined) planner.report(at, `cannot be used. ${fault}`);
  return { type: 'log', pattern };
}

function backoff(planner: Planner, given: readonly string[] | undefined, at: NodePath): readonly [number, number] {
  const [first, most] = defaults.restart.backoffMs;
  const waits = [planner.duration(given?.[0], first), planner.duration(given?.[1], most)] as const;
  if (waits[0] > waits[1]) planner.report(at, 'begins with the longer wait. Write the shorter one first.');
  return waits;
}

function debugPlan(given: ManifestProcess['debug']): DebugPlan | null {
  if (given === undefined) return null;
  return typeof given === 'string' ? { type: given, port: null } : { type: given.type, port: given.port ?? null };
}
