import { nearest } from '../../shared/nearest.ts';

/** What the placeholders of a text stand for at its place in the manifest. */
export interface Scope {
  /** `${root}` and, in builds, `${out}`. */
  readonly values: Readonly<Partial<Record<'root' | 'out', string>>>;
  /** What `${env:NAME}` reads. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** null where no port can be known: in paths. */
  readonly ports: PortScope | null;
}

export interface PortScope {
  /** Whether `${port}` means something: undefined outside of processes. */
  readonly own: boolean | undefined;
  /** All processes of the project, and whether they have a port. */
  readonly processes: ReadonlyMap<string, boolean>;
}

export interface Expanded {
  /** With `${port}` and `${port:NAME}` left in place: ports are known when something starts. */
  readonly text: string;
  /** Each continues “KEY …” and ends with a full stop. Values of the environment are not in it. */
  readonly faults: readonly string[];
}

/** Replaces what is known when a plan is made. `quote`: how a value is written into this kind of text. */
export function expand(text: string, scope: Scope, quote: (value: string) => string = (value) => value): Expanded {
  const faults: string[] = [];
  const expanded = text.replaceAll(/\$\{([^{}]*)(\}?)/g, (whole, word: string, closed: string) => {
    const result =
      closed === ''
        ? fault(`has “\${” without the “}” that ends it. Close it, or leave it out.`)
        : valueOf(word, scope);
    if ('fault' in result) {
      faults.push(result.fault);
      return '';
    }
    return result.value === undefined ? whole : quote(result.value);
  });
  return { text: expanded, faults };
}

/** The text as it may look later, for checks that need a whole one. */
export const withSamplePorts = (text: string): string => text.replaceAll(/\$\{port(?::[^{}]*)?\}/g, '15173');

/** undefined as value: known later, left in place. */
type Result = { readonly value: string | undefined } | { readonly fault: string };
const fault = (message: string): Result => ({ fault: message });

function valueOf(word: string, { values, env, ports }: Scope): Result {
  if (word === 'root' || word === 'out') {
    const value = values[word];
    if (value !== undefined) return { value };
    return fault(
      word === 'out'
        ? 'uses ${out}, which only builds have. Write the path itself.'
        : 'uses ${root}, which is not known here. Write a relative path.',
    );
  }
  if (word.startsWith('env:')) return ofEnvironment(word.slice(4), env);
  if (word === 'port' || word.startsWith('port:')) return ofPort(word, ports);
  const known = [
    'root',
    ...('out' in values ? ['out'] : []),
    ...(ports === null ? [] : ['port', 'port:NAME']),
    'env:NAME',
  ];
  const meant = nearest(word, known);
  const fix =
    meant === undefined
      ? `Known here: ${known.map((each) => `\${${each}}`).join(', ')}.`
      : `Did you mean “\${${meant}}”?`;
  return fault(`has the unknown placeholder “\${${word.slice(0, 60)}}”. ${fix}`);
}

function ofEnvironment(name: string, env: Scope['env']): Result {
  if (!/^[A-Za-z_]\w*$/.test(name))
    return fault('has “${env:…}” without the name of a variable. Write it as in ${env:HOME}.');
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value !== undefined) return { value };
  return fault(
    `uses the environment variable ${name.slice(0, 60)}, which is not set. Set it where Devyard is started, or write the value.`,
  );
}

function ofPort(word: string, ports: PortScope | null): Result {
  if (ports === null)
    return fault(`uses “\${${word.slice(0, 60)}}”, but a path is chosen before a port is. Leave it out.`);
  if (word === 'port') {
    if (ports.own === true) return { value: undefined };
    const why =
      ports.own === false
        ? 'the process has no port. Add “port: true” to it'
        : 'only a process has a port of its own. Write ${port:NAME}';
    return fault(`uses \${port}, but ${why}.`);
  }
  const name = word.slice('port:'.length);
  const has = ports.processes.get(name);
  if (has === true) return { value: undefined };
  if (has === false)
    return fault(`uses \${port:${name}}, but the process “${name}” has no port. Add “port: true” to it.`);
  const meant = nearest(name, ports.processes.keys());
  const names = [...ports.processes.keys()].join(', ');
  const there = names === '' ? 'The project has no process.' : `There are: ${names}.`;
  return fault(
    `uses the port of “${name.slice(0, 60)}”, which is no process. ${meant === undefined ? there : `Did you mean “${meant}”?`}`,
  );
}
