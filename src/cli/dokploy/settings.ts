import { parseEnv } from 'node:util';
import type { OperationInput } from '../../api/contract/operations.ts';
import type { Synopsis } from '../command.ts';
import type { OptionName, OptionValues } from '../options/definitions.ts';
import { UsageError } from '../output.ts';
import { readSecret, readText } from './secrets.ts';

type Changes = Omit<OperationInput<'dokploy.patch'>['body'], 'env' | 'ports'>;
type Environment = Readonly<Record<string, string | undefined>>;

/** What can be chosen for a new workspace and changed later. */
export const settingOptions = [
  'image',
  [['registry', 'registry-user', 'registry-password-file']],
  'cpus',
  'memory',
  'env',
  'env-file',
  ['volume', 'no-volumes'],
  'idle-stop',
  ['forward-agent', 'no-forward-agent'],
] as const satisfies Synopsis;

export const settingNotes = [
  'Whoever sees the processes of this machine sees the value of --env: give a secret as --env NAME, or with --env-file.',
];

type NamesIn<S> = S extends OptionName ? S : S extends readonly (infer Element)[] ? NamesIn<Element> : never;
export type SettingValues = Pick<OptionValues, NamesIn<typeof settingOptions>>;

/** The settings that were given; the others are undefined. Throws UsageError where a part of one is missing. */
export async function readSettings(options: SettingValues, env: Environment): Promise<Changes> {
  return {
    image: options.image,
    registry: await registryOf(options, env),
    cpus: options.cpus,
    memoryMb: options.memory,
    volumes: options['no-volumes'] ? [] : someOf(options.volume, volumeOf),
    idleStopMinutes: options['idle-stop'],
    forwardAgent: options['forward-agent'] ? true : options['no-forward-agent'] ? false : undefined,
  };
}

async function registryOf(options: SettingValues, env: Environment): Promise<Changes['registry']> {
  const { registry: url, 'registry-user': username, 'registry-password-file': file } = options;
  if (url === undefined || url === null) return url;
  if (username === undefined) throw new UsageError('--registry goes with --registry-user.');
  const password = await readSecret({
    what: 'The password of the registry',
    file,
    option: 'registry-password-file',
    variable: 'DEVYARD_REGISTRY_PASSWORD',
    env,
  });
  return { url, username, password };
}

/** The environment variables that were given; undefined: none. */
export async function readEnvironment(
  { env: given, 'env-file': file }: Pick<SettingValues, 'env' | 'env-file'>,
  env: Environment,
): Promise<Record<string, string> | undefined> {
  if (file === undefined && given.length === 0) return undefined;
  const lines = file === undefined ? {} : parseEnv(await readText(file));
  const fromFile = Object.entries(lines).map(([name, value = '']) => [name, value] as const);
  return Object.fromEntries([...fromFile, ...given.map((one) => variableOf(one, env))]);
}

function variableOf(given: string, env: Environment): readonly [name: string, value: string] {
  const [name = '', ...rest] = given.split('=');
  const value = rest.length > 0 ? rest.join('=') : env[name];
  if (value === undefined) throw new UsageError(`--env ${name}: there is no such variable in the environment here.`);
  return [name, value];
}

/** Ports to publish; undefined: none were given. */
export const portsOf = (given: readonly string[]) => someOf(given, portOf);

function someOf<T>(given: readonly string[], read: (text: string) => T): T[] | undefined {
  return given.length === 0 ? undefined : given.map(read);
}

function volumeOf(given: string): { name: string; mountPath: string } {
  const colon = given.indexOf(':');
  return { name: given.slice(0, colon), mountPath: given.slice(colon + 1) };
}

function portOf(given: string): { published: number; target: number; protocol: 'tcp' | 'udp' } {
  const [published = 0, target = 0] = given.split(/[:/]/).map(Number);
  return { published, target, protocol: given.endsWith('/udp') ? 'udp' : 'tcp' };
}
