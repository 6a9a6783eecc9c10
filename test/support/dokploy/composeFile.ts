import { load } from 'js-yaml';
import { z } from 'zod';
import type { MachinePort, MachineSpec } from './machines/types.ts';

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const command = z.union([z.string(), z.array(text)]).nullish();
const environment = z.union([z.array(z.string()), z.record(z.string(), text.nullable())]).nullish();
const port = z.union([
  text,
  z.object({
    target: z.coerce.number(),
    published: z.union([z.string(), z.number()]).optional(),
    protocol: z.enum(['tcp', 'udp']).optional(),
    mode: z.enum(['host', 'ingress']).optional(),
    host_ip: z.string().optional(),
  }),
]);
const volume = z.union([
  z.string(),
  z.object({ type: z.string(), source: z.string().optional(), target: z.string(), read_only: z.boolean().optional() }),
]);
const limits = z.object({ cpus: text.optional(), memory: text.optional() });
const service = z.looseObject({
  image: z.string(),
  entrypoint: command,
  command,
  environment,
  env_file: z.union([z.string(), z.array(z.string())]).nullish(),
  ports: z.array(port).nullish(),
  volumes: z.array(volume).nullish(),
  privileged: z.boolean().nullish(),
  restart: z.string().nullish(),
  cpus: text.nullish(),
  mem_limit: text.nullish(),
  deploy: z.looseObject({ resources: z.looseObject({ limits: limits.nullish() }).nullish() }).nullish(),
});
const composeFile = z.looseObject({
  services: z.record(z.string(), service),
  volumes: z
    .record(z.string(), z.looseObject({ name: z.string().optional(), external: z.boolean().optional() }).nullable())
    .nullish(),
});

export interface ComposeService {
  readonly name: string;
  readonly machine: Omit<MachineSpec, 'name'>;
}

/**
 * The services of a compose file as `docker compose` would make them. Throws with its kind of words for what it would refuse,
 * and for what this double does not know.
 */
export function readComposeFile(
  source: string,
  options: { readonly project: string; readonly variables: ReadonlyMap<string, string>; readonly host: string },
): ComposeService[] {
  if (source.trim() === '') throw new Error('empty compose file');
  const parsed = composeFile.safeParse(interpolate(load(source), options.variables));
  if (!parsed.success) throw new Error(`validating docker-compose.yml: ${z.prettifyError(parsed.error)}`);
  const declared = parsed.data.volumes ?? {};
  const volumeName = (key: string): string => {
    if (!Object.hasOwn(declared, key))
      throw new Error(`service refers to undefined volume ${key}: invalid compose project`);
    return declared[key]?.name ?? `${options.project}_${key}`;
  };
  return Object.entries(parsed.data.services).map(([name, one]) => ({
    name,
    machine: {
      image: one.image,
      entrypoint: words(one.entrypoint),
      command: words(one.command),
      env: [
        ...(one.env_file == null ? [] : pairs(options.variables)),
        ...environmentOf(one.environment, options.variables),
      ],
      ports: (one.ports ?? []).map((entry) => portOf(entry, options.host)),
      volumes: (one.volumes ?? []).flatMap((entry) => volumeOf(entry, volumeName)),
      privileged: one.privileged === true,
      restart: restartOf(one.restart),
      nanoCpus: nanoCpusOf(one.deploy?.resources?.limits?.cpus ?? one.cpus),
      memoryBytes: bytesOf(one.deploy?.resources?.limits?.memory ?? one.mem_limit),
    },
  }));
}

const pairs = (variables: ReadonlyMap<string, string>): string[] =>
  [...variables].map(([key, value]) => `${key}=${value}`);

function environmentOf(value: z.output<typeof environment>, variables: ReadonlyMap<string, string>): string[] {
  const entries = Array.isArray(value)
    ? value.map((line): [string, string | null] => {
        const at = line.indexOf('=');
        return at === -1 ? [line, null] : [line.slice(0, at), line.slice(at + 1)];
      })
    : Object.entries(value ?? {});
  // A name without a value takes the one of the .env file, or is left out.
  return entries.flatMap(([key, own]) => {
    const found = own ?? variables.get(key);
    return found === undefined ? [] : [`${key}=${found}`];
  });
}

/** A command given as one text is split like a shell does, without a shell. */
function words(value: z.output<typeof command>): string[] | undefined {
  if (value == null) return undefined;
  if (Array.isArray(value)) return value;
  return [...value.matchAll(/(?:"((?:\\.|[^"\\])*)"|'([^']*)'|(\S+))/gu)].map(
    ([, double, single, bare]) => double?.replaceAll(/\\(.)/gu, '$1') ?? single ?? bare ?? '',
  );
}

function portOf(entry: z.output<typeof port>, host: string): MachinePort {
  if (typeof entry === 'object')
    return { host, published: Number(entry.published ?? 0), target: entry.target, protocol: entry.protocol ?? 'tcp' };
  const [address = '', protocol = 'tcp'] = entry.split('/');
  const parts = address.split(':');
  const target = Number(parts.at(-1));
  const published = Number(parts.at(-2) ?? 0);
  if (!Number.isInteger(target) || !Number.isInteger(published))
    throw new Error(`invalid port specification: ${entry}`);
  return { host, published, target, protocol: protocol === 'udp' ? 'udp' : 'tcp' };
}

function volumeOf(
  entry: z.output<typeof volume>,
  nameOf: (key: string) => string,
): { name: string; mountPath: string }[] {
  const [source, target, type] =
    typeof entry === 'string'
      ? [entry.split(':')[0] ?? '', entry.split(':')[1] ?? '', 'volume']
      : [entry.source ?? '', entry.target, entry.type];
  if (type !== 'volume' || source.startsWith('/') || source.startsWith('.'))
    throw new Error(`this double knows named volumes only, not ${JSON.stringify(entry)}`);
  return [{ name: nameOf(source), mountPath: target }];
}

function restartOf(value: string | null | undefined): MachineSpec['restart'] {
  const policy = value?.split(':')[0];
  if (policy === 'always' || policy === 'unless-stopped' || policy === 'on-failure') return policy;
  return 'no';
}

const nanoCpusOf = (value: string | null | undefined): number | undefined =>
  value == null ? undefined : Math.round(Number(value) * 1e9);

function bytesOf(value: string | null | undefined): number | undefined {
  if (value == null) return undefined;
  const match = /^(\d+(?:\.\d+)?)\s*([bkmg]?)b?$/iu.exec(value);
  if (match === null) throw new Error(`invalid size: ${value}`);
  const unit = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[(match[2] ?? '').toLowerCase()] ?? 1;
  return Math.round(Number(match[1]) * unit);
}

/** `$$`, `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:?words}` in every text value. */
function interpolate(value: unknown, variables: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return interpolateText(value, variables);
  if (Array.isArray(value)) return value.map((one) => interpolate(one, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, interpolate(one, variables)]));
}

export function interpolateText(value: string, variables: ReadonlyMap<string, string>): string {
  return value.replaceAll(
    /\$(?:(\$)|(\w+)|\{(\w+)(?:(:?[-?])([^}]*))?\}|)/gu,
    (_, dollar: string | undefined, bare: string | undefined, name: string | undefined, operator = '', rest = '') => {
      if (dollar !== undefined) return '$';
      const key = bare ?? name;
      if (key === undefined) throw new Error(`invalid interpolation format in ${JSON.stringify(value)}`);
      const found = variables.get(key);
      const missing = found === undefined || (operator.startsWith(':') && found === '');
      if (!missing || operator === '') return found ?? '';
      if (operator.endsWith('-')) return rest;
      throw new Error(`required variable ${key} is missing a value: ${rest}`);
    },
  );
}
