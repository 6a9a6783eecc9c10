import type { DevyardClient } from '../api/client/client.ts';
import { ensureDaemon, type LaunchOptions } from '../api/client/launch.ts';
import { ApiError } from '../api/client/transport.ts';
import type { CodeServer } from '../api/contract/codeServers.ts';
import { requireOperands } from './operands.ts';
import type { Options, ParsedCommand } from './options.ts';
import { print, printJson, UsageError } from './output.ts';
import { logText, stateText } from './text.ts';

type Action = (client: DevyardClient, operands: readonly string[], options: Options) => Promise<number>;

const actions: Readonly<Record<string, Action>> = {
  async list(client, _operands, options) {
    const servers = await client.call('codeServers.list', {});
    if (options.json) return printJson(servers);
    for (const server of servers) print(`${server.id}  ${server.name}  ${stateText(server)}`);
    return servers.length === 0 ? print('No code-servers yet. Create one: devyard code-server create NAME') : 0;
  },

  async create(client, operands, options) {
    const name = operand(operands, 0, 'NAME');
    const { folder, port } = options;
    const created = await client.call('codeServers.create', {
      body: { name, ...(folder === undefined ? {} : { folder }), ...(port === undefined ? {} : { port }) },
    });
    return show(options.start ? await begin(client, 'codeServers.start', created, options) : created, options);
  },

  start: (client, operands, options) => change('codeServers.start', client, operands, options),

  restart: (client, operands, options) => change('codeServers.restart', client, operands, options),

  async stop(client, operands, options) {
    const { id } = await find(client, operand(operands, 0, 'ID'));
    return show(await client.call('codeServers.stop', { params: { id } }), options);
  },

  async rename(client, operands, options) {
    const { id } = await find(client, operand(operands, 0, 'ID'));
    const name = operand(operands, 1, 'NEW-NAME');
    return show(await client.call('codeServers.patch', { params: { id }, body: { name } }), options);
  },

  async open(client, operands) {
    const { id } = await find(client, operand(operands, 0, 'ID'));
    return print((await client.call('codeServers.open', { params: { id }, body: {} })).url);
  },

  async logs(client, operands, options) {
    const { id } = await find(client, operand(operands, 0, 'ID'));
    const { entries, lastSeq } = await client.call('codeServers.logs', {
      params: { id },
      query: { lines: options.lines ?? 200 },
    });
    const write = (entry: (typeof entries)[number]): void =>
      void print(options.json ? JSON.stringify(entry) : logText(entry));
    entries.forEach(write);
    if (!options.follow) return 0;
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    for await (const batch of client.logs(id, lastSeq, stop.signal)) batch.forEach(write);
    return 0;
  },

  async delete(client, operands, options) {
    const { id, name } = await find(client, operand(operands, 0, 'ID'));
    if (options.keepWorkspace && options.eraseWorkspace)
      throw new UsageError('Choose --keep-workspace or --erase-workspace.');
    const chosen = options.keepWorkspace ? 'true' : 'false';
    const query = options.keepWorkspace || options.eraseWorkspace ? ({ keepWorkspace: chosen } as const) : {};
    const deleted = await client.call('codeServers.delete', { params: { id }, query });
    if (options.json) return printJson(deleted);
    print(`Deleted “${name}”. Erased: ${deleted.erased.join(', ')}.`);
    return deleted.kept.length === 0 ? 0 : print(`Kept: ${deleted.kept.join(', ')}.`);
  },

  async engine(client, _operands, options) {
    const engine = await client.call('engine.get', {});
    if (options.json) return printJson(engine);
    return print(
      engine.status === 'ready'
        ? `code-server ${engine.version} (${engine.path})`
        : 'message' in engine
          ? engine.message
          : engine.status,
    );
  },

  async install(client, _operands, options) {
    const stop = new AbortController();
    process.once('SIGINT', () => void client.call('engine.cancel', {}));
    // Subscribed first, so that no step is missed.
    const events = client.events(undefined, stop.signal);
    let begun = false;
    for await (const { event } of events) {
      if (!begun) await client.call('engine.install', {});
      begun = true;
      if (event.type !== 'engine.changed') continue;
      const { engine } = event;
      if (engine.status === 'installing') {
        process.stderr.write(`[${String(engine.stepIndex)}/${String(engine.stepCount)}] ${engine.step}\n`);
        continue;
      }
      stop.abort();
      if (engine.status !== 'ready') {
        // Somebody cancelled it or ended the daemon; or it is there and the setting names another one.
        const status = engine.status === 'installFailed' ? 503 : 409;
        throw new ApiError({ code: 'engine-missing', status, message: engine.message, hint: engine.hint });
      }
      return options.json ? printJson(engine) : print(`code-server ${engine.version} (${engine.path})`);
    }
    throw new ApiError({ code: 'unavailable', status: 0, message: 'The daemon ended.' });
  },
};

export async function runCodeServerCommand(command: ParsedCommand, surroundings: LaunchOptions): Promise<number> {
  const [verb = '', ...operands] = command.operands;
  requireOperands(verb, operands);
  const action = Object.hasOwn(actions, verb) ? actions[verb] : undefined;
  if (action === undefined) throw new UsageError(`There is no command “code-server ${verb}”.`);
  const { client } = await ensureDaemon(surroundings);
  try {
    return await action(client, operands, command.options);
  } finally {
    client.close();
  }
}

async function change(
  operation: 'codeServers.start' | 'codeServers.restart',
  client: DevyardClient,
  operands: readonly string[],
  options: Options,
): Promise<number> {
  const server = await find(client, operand(operands, 0, 'ID'));
  return show(await begin(client, operation, server, options), options);
}

function begin(
  client: DevyardClient,
  operation: 'codeServers.start' | 'codeServers.restart',
  { id }: CodeServer,
  options: Options,
) {
  return client.call(operation, { params: { id }, body: { wait: options.wait } });
}

/** A code-server by its id, or by its name where only one has it. */
async function find(client: DevyardClient, idOrName: string): Promise<CodeServer> {
  const servers = await client.call('codeServers.list', {});
  const byId = servers.find((server) => server.id === idOrName);
  if (byId !== undefined) return byId;
  const [only, ...others] = servers.filter((server) => server.name === idOrName);
  if (only === undefined) {
    throw new ApiError({
      code: 'not-found',
      status: 404,
      message: `There is no code-server “${idOrName}”.`,
      hint: 'Run “devyard code-server list” to see what there is.',
    });
  }
  if (others.length > 0)
    throw new UsageError(`${String(others.length + 1)} code-servers are called “${idOrName}”; give the id.`);
  return only;
}

function show(server: CodeServer, options: Options): number {
  return options.json ? printJson(server) : print(`${server.id}  ${server.name}  ${stateText(server)}`);
}

function operand(operands: readonly string[], index: number, name: string): string {
  const value = operands[index];
  if (value === undefined) throw new UsageError(`${name} is missing.`);
  return value;
}
