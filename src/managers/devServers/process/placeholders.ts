import { DevyardError } from '../../shared/errors.ts';
import type { Environment } from '../plan.ts';

/** The ports that placeholders stand for. */
export interface PortValues {
  /** The process's own. */
  readonly own: number | null;
  /** That of another process; null while it has none. */
  readonly of: (process: string) => number | null;
}

const placeholder = /\$\{port(?::([^}]*))?\}/g;

/** Puts ports in place of `${port}` and `${port:NAME}`. Throws `invalid` naming `field` for one that is not known. */
export function expandPorts(text: string, ports: PortValues, field: string): string {
  return text.replace(placeholder, (found: string, name: string | undefined) => {
    const port = valueOf(name, ports);
    if (port !== null) return String(port);
    throw name === undefined
      ? new DevyardError('invalid', `${field} uses ${found}, but the process has no port.`, {
          field,
          hint: 'Give the process a port in devyard.yaml, or write the number.',
        })
      : new DevyardError('invalid', `${field} uses ${found}, but “${name}” has no port now.`, {
          field,
          hint: `Give “${name}” a port in devyard.yaml, and put it into the dependsOn of this process.`,
        });
  });
}

/** Leaves alone what is not known: most of an environment is none of the manifest's, and may mean anything by it. */
export function expandKnownPorts(env: Environment, ports: PortValues): Environment {
  const expand = (text: string): string =>
    text.replace(placeholder, (found: string, name: string | undefined) => String(valueOf(name, ports) ?? found));
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, expand(value)]));
}

function valueOf(name: string | undefined, ports: PortValues): number | null {
  return name === undefined ? ports.own : ports.of(name);
}
