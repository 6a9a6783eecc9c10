import { constants } from 'node:os';
import { DevyardError, messageOf } from '../managers/shared/errors.ts';
import type { RunVerb, Surroundings } from './call.ts';
import { secretsOf } from './connectionOptions.ts';
import { createLog, type Log } from './log.ts';
import type { OptionName } from './optionTable.ts';

/** A signal that asks this process to end. */
export class Terminated extends Error {
  override readonly name = 'Terminated';
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`Ended by ${signal}; run it again to go on.`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

interface Described {
  readonly summary: string;
  readonly load: () => Promise<RunVerb>;
}

/** Each is loaded only when asked for: one verb's libraries would cost the others their quick start. */
const table: Readonly<Record<string, Described>> = {
  init: {
    summary: 'check the options, the server and the key',
    load: async () => (await import('./verbs/init.ts')).init,
  },
  create: {
    summary: 'make the machine, or go on with making it',
    load: async () => (await import('./verbs/create.ts')).create,
  },
  delete: {
    summary: 'delete the machine',
    load: async () => (await import('./verbs/remove.ts')).remove,
  },
  start: {
    summary: 'start the machine, and return when SSH logs in',
    load: async () => (await import('./verbs/start.ts')).start,
  },
  stop: {
    summary: 'stop the machine',
    load: async () => (await import('./verbs/stop.ts')).stop,
  },
  status: {
    summary: 'print Running, Busy, Stopped or NotFound',
    load: async () => (await import('./verbs/status.ts')).status,
  },
  command: {
    summary: 'run $COMMAND on the machine',
    load: async () => (await import('./verbs/command.ts')).command,
  },
  yaml: {
    summary: 'print the provider.yaml for this installation; with --portable the one that looks for “devyard” on PATH',
    load: async () => (await import('./verbs/yaml.ts')).yaml,
  },
};

/** Between DevPod and a command, or read by it: nothing but errors is said. */
const quiet = new Set(['status', 'command']);

/** Runs one verb as DevPod does and resolves with the exit code. Never rejects. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { env, streams, signal } = surroundings;
  const [verb = 'help', ...rest] = args;
  if (verb === 'help' || verb === '--help' || verb === '-h') {
    streams.stdout.write(usage());
    return 0;
  }
  const log = createLog(env, (line) => streams.stderr.write(line), {
    quiet: quiet.has(verb),
    secrets: secretsOf(env),
  });
  const described = Object.hasOwn(table, verb) ? table[verb] : undefined;
  if (described === undefined) {
    log.error(`There is no “provider ${verb}”. It is one of ${Object.keys(table).join(', ')}.`);
    return 2;
  }
  try {
    signal.throwIfAborted();
    const runVerb = await described.load();
    return await runVerb({ ...surroundings, rest, log });
  } catch (error) {
    // Whatever was thrown on the way out: why it had to end says more.
    const cause: unknown = signal.aborted ? signal.reason : error;
    log.error(messageOf(cause));
    if (cause instanceof DevyardError) sayHint(log, cause);
    if (!(cause instanceof DevyardError || cause instanceof Terminated) && cause instanceof Error) {
      log.debug(cause.stack ?? '');
    }
    return cause instanceof Terminated ? cause.exitCode : 1;
  }
}

/** Fields of a machine's plan, by the options that set them. */
const optionOfField: Readonly<Record<string, OptionName>> = {
  sshPortRange: 'DOKPLOY_PORT_RANGE',
  image: 'DOKPLOY_IMAGE',
  user: 'DOKPLOY_USER',
  registry: 'DOKPLOY_REGISTRY_USERNAME',
};

function sayHint(log: Log, { hint, field = '' }: DevyardError): void {
  const option = optionOfField[field];
  const words = [hint ?? '', option === undefined ? '' : `The option is ${option}.`].filter((text) => text !== '');
  if (words.length > 0) log.error(words.join(' '));
}

function usage(): string {
  const rows = Object.entries(table).map(([verb, { summary }]) => `  ${verb.padEnd(9)}${summary}`);
  return [
    'Usage: devyard provider VERB',
    '',
    'The DevPod provider for Dokploy. DevPod calls it, with its options in the environment:',
    '  devyard provider yaml > provider.yaml && devpod provider add ./provider.yaml',
    '',
    ...rows,
    '',
  ].join('\n');
}
