import { load } from 'js-yaml';

/** A port of a compose file as its host has it. */
export interface PublishedPort {
  readonly published: number;
  readonly target: number;
  readonly protocol: 'tcp' | 'udp';
  /** The address it is bound to; empty: all of them. */
  readonly address: string;
}

/** More than this a file does not publish in earnest. */
const mostPorts = 5000;

/**
 * The ports that a compose file publishes at fixed numbers, in the short and the long syntax (Compose specification, `ports`),
 * with variables and their defaults filled in. A file that cannot be read publishes nothing.
 */
export function publishedPorts(
  composeFile: string,
  variables: Readonly<Record<string, string>> = {},
): readonly PublishedPort[] {
  let document: unknown;
  try {
    document = load(composeFile);
  } catch {
    return [];
  }
  const fill = (text: string): string => interpolated(text, variables);
  return values(property(document, 'services'))
    .flatMap((service) => elements(property(service, 'ports')))
    .flatMap((entry) => {
      if (typeof entry === 'string' || typeof entry === 'number') return shortSyntax(fill(String(entry)));
      return longSyntax(entry, fill);
    })
    .slice(0, mostPorts);
}

/** The simple KEY=value lines of a service's environment, which a compose file may refer to. */
export function variablesOf(environment: string): Readonly<Record<string, string>> {
  const lines = environment.split('\n').map((line) => /^\s*(\w+)=(?:'([^']*)'|"([^"]*)"|([^#\s]*))\s*$/.exec(line));
  return Object.fromEntries(
    lines.flatMap((match) => (match === null ? [] : [[match[1] ?? '', match[2] ?? match[3] ?? match[4] ?? '']])),
  );
}

/** `[address:]published:target[/protocol]`, both ports may be ranges of the same length. */
function shortSyntax(text: string): readonly PublishedPort[] {
  const match = /^(?:(\[[^\]]*\]|[^:[\]]*):)?(\d+(?:-\d+)?):(\d+(?:-\d+)?)(?:\/(tcp|udp))?$/.exec(text.trim());
  if (match === null) return [];
  const [, address = '', published = '', target = '', protocol] = match;
  return pairs(published, target, protocol === 'udp' ? 'udp' : 'tcp', address.replace(/^\[|\]$/g, ''));
}

function longSyntax(entry: unknown, fill: (text: string) => string): readonly PublishedPort[] {
  const text = (name: string): string => {
    const value = property(entry, name);
    return typeof value === 'string' || typeof value === 'number' ? fill(String(value)) : '';
  };
  return pairs(text('published'), text('target'), text('protocol') === 'udp' ? 'udp' : 'tcp', text('host_ip'));
}

function pairs(
  published: string,
  target: string,
  protocol: PublishedPort['protocol'],
  address: string,
): readonly PublishedPort[] {
  const from = numbers(published);
  const to = numbers(target);
  return from.map((port, index) => ({ published: port, target: to[index] ?? to[0] ?? port, protocol, address }));
}

function numbers(text: string): readonly number[] {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (match === null) return [];
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  if (first < 1 || last > 65_535 || last < first || last - first >= mostPorts) return [];
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}` and `$$`, as Compose has them; what is not known is nothing. */
function interpolated(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(
    /\$(?:\$|(\w+)|\{(\w+)(?:(:?-)([^}]*))?[^}]*\})/g,
    (_whole, bare?: string, braced?: string, kind?: string, fallback = '') => {
      const name = bare ?? braced;
      if (name === undefined) return '$';
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      if (value === undefined || (value === '' && kind === ':-')) return fallback;
      return value;
    },
  );
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function values(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

function elements(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}
