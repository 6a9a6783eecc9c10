import { randomInt } from 'node:crypto';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import type { DokployServer, Workspace } from '../../../src/api/contract/dokploy.ts';
import type { Job } from '../../../src/api/contract/jobs.ts';
import type { OperationInput } from '../../../src/api/contract/operations.ts';
import { type DokployDouble, type DokployOptions, startDokploy } from '../../support/dokploy/double.ts';
import { Yard } from './yard.ts';

type CreateBody = OperationInput<'dokploy.create'>['body'];

/** Adds the double as a server; throws when the daemon does not get on with it. */
export async function addServer(client: DevyardClient, dokploy: DokployDouble): Promise<DokployServer> {
  const { ok, server } = await client.call('dokploy.addServer', { body: { url: dokploy.url, apiKey: dokploy.key } });
  if (!ok) throw new Error(JSON.stringify(server.connection));
  return server;
}

/** What a workspace on the double is made of: its own image and user. */
export function bodyFor(
  dokploy: DokployDouble,
  serverId: string,
  name: string,
  others: Partial<CreateBody> = {},
): CreateBody {
  return {
    serverId,
    name,
    image: dokploy.image,
    ...(dokploy.user === undefined ? {} : { user: dokploy.user }),
    ...others,
  };
}

type Action = 'start' | 'stop' | 'restart' | 'redeploy';

/** A daemon and a double of Dokploy that it knows, which several tests may share. */
export class DokployYard implements AsyncDisposable {
  readonly yard: Yard;
  readonly dokploy: DokployDouble;
  readonly server: DokployServer;
  /** Other tests run beside this one, on the same host. */
  readonly sshPortRange: { readonly from: number; readonly to: number };
  client: DevyardClient;

  private constructor(yard: Yard, dokploy: DokployDouble, client: DevyardClient, server: DokployServer) {
    const from = 22_000 + 30 * randomInt(300);
    this.sshPortRange = { from, to: from + 28 };
    this.yard = yard;
    this.dokploy = dokploy;
    this.client = client;
    this.server = server;
  }

  static async open(
    options: DokployOptions = {},
    prepare: (yard: Yard) => unknown = () => undefined,
  ): Promise<DokployYard> {
    const dokploy = await startDokploy(options);
    const yard = await Yard.open();
    await prepare(yard);
    await yard.start();
    const client = await yard.client();
    return new DokployYard(yard, dokploy, client, await addServer(client, dokploy));
  }

  body(name: string, others: Partial<CreateBody> = {}): CreateBody {
    return bodyFor(this.dokploy, this.server.id, name, { sshPortRange: this.sshPortRange, ...others });
  }

  create(name: string, others: Partial<CreateBody> = {}): Promise<Workspace> {
    return createWorkspace(this.client, this.body(name, others));
  }

  /** Begins to create and returns at once. */
  begin(name: string, others: Partial<CreateBody> = {}): Promise<Workspace> {
    return this.client.call('dokploy.create', { body: this.body(name, others) });
  }

  get(id: string): Promise<Workspace> {
    return this.client.call('dokploy.get', { params: { id }, query: {} });
  }

  /** As it is now, not as it was when it was last asked after. */
  ask(id: string): Promise<Workspace> {
    return this.client.call('dokploy.get', { params: { id }, query: { refresh: 'true' } });
  }

  /** Does something with a workspace and waits for the end of it. */
  async act(action: Action, id: string): Promise<Job> {
    return ended(this.client, await this.client.call(`dokploy.${action}`, { params: { id } }));
  }

  async change(id: string, body: OperationInput<'dokploy.patch'>['body']): Promise<Job> {
    return ended(this.client, await this.client.call('dokploy.patch', { params: { id }, body }));
  }

  async remove(id: string, wish: { readonly volumes?: boolean; readonly forget?: boolean } = {}): Promise<Job> {
    const query = { volumes: String(wish.volumes === true), forget: String(wish.forget === true) };
    return ended(this.client, await this.client.call('dokploy.delete', { params: { id }, query }));
  }

  /** Runs a command to its end and gives what it wrote. */
  async say(id: string, command: string): Promise<string> {
    const { code, stdout, stderr } = await run(this.client, id, command);
    if (code !== 0) throw new Error(`${command}: ${String(code)} ${stderr}`);
    return stdout.trim();
  }

  /** Names of managed workspaces with what state they are in. */
  async states(): Promise<readonly string[]> {
    const all = await this.client.call('dokploy.list', { query: {} });
    return all.filter(({ managed }) => managed !== 'no').map(({ name, state }) => `${name} ${state.status}`);
  }

  /** Calls Dokploy past Devyard, as its own pages do. */
  async past(call: string, input: object): Promise<unknown> {
    return callDokploy(this.dokploy, call, input);
  }

  /** The daemon dies as in a power cut, and another one takes its place. */
  async killAndStart(): Promise<void> {
    await this.yard.kill();
    await this.startAgain();
  }

  async startAgain(): Promise<void> {
    await this.yard.start();
    this.client = await this.yard.client();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.yard[Symbol.asyncDispose]();
    await this.dokploy.stop();
  }
}

/** POST unless `input` is for a query. */
export async function callDokploy({ url, key }: DokployDouble, call: string, input: object): Promise<unknown> {
  const isQuery = /\.(?:all|one|by\w+|get\w+)$/.test(call);
  const query = isQuery ? `?${new URLSearchParams(input as Record<string, string>).toString()}` : '';
  const answer = await fetch(`${url}/api/${call}${query}`, {
    method: isQuery ? 'GET' : 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    ...(isQuery ? {} : { body: JSON.stringify(input) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${call}: ${String(answer.status)} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** The newest job of a workspace, when it has ended. */
export async function jobOf(client: DevyardClient, resourceId: string): Promise<Job> {
  return untilEnded(client, (jobs) => jobs.findLast((job) => job.resourceId === resourceId));
}

export async function ended(client: DevyardClient, { id }: Job): Promise<Job> {
  return untilEnded(client, (jobs) => jobs.find((job) => job.id === id));
}

/** Creates a workspace and waits until its job has ended well. */
export async function createWorkspace(client: DevyardClient, body: CreateBody): Promise<Workspace> {
  const { id } = await client.call('dokploy.create', { body });
  const { state } = await jobOf(client, id);
  if (state.status !== 'succeeded') throw new Error(JSON.stringify(state));
  return client.call('dokploy.get', { params: { id }, query: {} });
}

export interface Ran {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in a workspace to its end. */
export async function run(client: DevyardClient, id: string, command: string, input = ''): Promise<Ran> {
  const remote = await client.exec(id, command);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  remote.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  remote.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  remote.stdin.end(input);
  const exit = await remote.exit;
  return { ...exit, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}

/** The newest job of a workspace, as soon as that is what it does. */
export async function untilStep(client: DevyardClient, resourceId: string, step: string): Promise<Job> {
  return untilJob(client, (jobs) => {
    const job = jobs.findLast((one) => one.resourceId === resourceId);
    return job?.state.status === 'running' && job.state.step === step ? job : undefined;
  });
}

async function untilEnded(client: DevyardClient, pick: (jobs: readonly Job[]) => Job | undefined): Promise<Job> {
  return untilJob(client, (jobs) => {
    const job = pick(jobs);
    return job?.state.status === 'running' ? undefined : job;
  });
}

/** The first job that is picked, now or after anything happened to one. */
async function untilJob(client: DevyardClient, pick: (jobs: readonly Job[]) => Job | undefined): Promise<Job> {
  const stop = new AbortController();
  try {
    const events = client.events(undefined, stop.signal);
    for await (const { event } of events) {
      if (event.type !== 'hello' && event.type !== 'job.changed' && event.type !== 'job.progress') continue;
      const job = pick(await client.call('jobs.list', {}));
      if (job !== undefined) return job;
    }
    throw new Error('the daemon ended the events');
  } finally {
    stop.abort();
  }
}
