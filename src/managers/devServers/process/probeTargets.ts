import { DevyardError, messageOf } from '../../shared/errors.ts';
import type { ReadyProbe } from '../plan.ts';
import { expandPorts, type PortValues } from './placeholders.ts';

/** A probe whose ports are known. */
export type ProbeTarget =
  | { readonly type: 'http'; readonly url: URL }
  | { readonly type: 'tcp'; readonly port: number }
  | { readonly type: 'log'; readonly pattern: RegExp };

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** What the probes ask, once the ports are known. Throws `invalid` naming the field of the manifest. */
export function probeTargets(
  probes: readonly ReadyProbe[],
  ports: PortValues,
  process: string,
): readonly ProbeTarget[] {
  const field = `processes.${process}.ready`;
  return probes.map((probe): ProbeTarget => {
    switch (probe.type) {
      case 'http':
        return { type: 'http', url: urlOf(expandPorts(probe.target, ports, field), ports.own, field) };
      case 'tcp':
        return { type: 'tcp', port: probe.port ?? ownPort(ports.own, field) };
      case 'log':
        return { type: 'log', pattern: patternOf(expandPorts(probe.pattern, ports, field), field) };
    }
  });
}

/** The address of the page that a process with a port serves; a probe with a whole URL on that port knows the protocol. */
export function pageUrl(port: number | null, targets: readonly ProbeTarget[]): string | null {
  if (port === null) return null;
  const own = targets.find((target) => target.type === 'http' && effectivePort(target.url) === port);
  return own?.type === 'http' ? `${own.url.origin}/` : `http://127.0.0.1:${String(port)}/`;
}

/** Without the query, which may hold what nobody shall read. */
export function shownUrl({ origin, pathname }: URL): string {
  return origin + pathname;
}

function urlOf(target: string, own: number | null, field: string): URL {
  // Not resolved against a base: `//host/` would lead away from this machine.
  const text = /^https?:\/\//i.test(target)
    ? target
    : `http://127.0.0.1:${String(ownPort(own, field))}/${target.replace(/^\//, '')}`;
  const url = URL.parse(text);
  if (url !== null && loopback.has(url.hostname)) return url;
  throw new DevyardError('invalid', `A ready probe of ${field} does not ask this machine.`, {
    field,
    hint: 'Give a path such as /, or a URL on 127.0.0.1 or localhost.',
  });
}

function patternOf(text: string, field: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new DevyardError('invalid', `A log probe of ${field} is no regular expression: ${messageOf(error)}`, {
      field,
      hint: 'Escape what is meant literally, such as ( and [.',
      cause: error,
    });
  }
}

function ownPort(own: number | null, field: string): number {
  if (own !== null) return own;
  throw new DevyardError('invalid', `${field} asks the port of a process that has none.`, {
    field,
    hint: 'Give the process a port in devyard.yaml, or the probe a whole URL or a number.',
  });
}

function effectivePort(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
}
