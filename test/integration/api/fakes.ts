import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StateEvent } from '../../../src/api/contract/events.ts';
import type { CodeServer, CreateInput, WorkspaceSource } from '../../../src/managers/codeServers/model.ts';
import type { CodeServers } from '../../../src/managers/codeServers/ports.ts';
import type { Clock } from '../../../src/managers/shared/clock.ts';
import { Emitter } from '../../../src/managers/shared/emitter.ts';
import { DevyardError } from '../../../src/managers/shared/errors.ts';
import type { EventLog, NumberedEvent } from '../../../src/managers/shared/events/types.ts';
import type { Job } from '../../../src/managers/shared/jobs/types.ts';
import type { LogEntry, ResourceLog } from '../../../src/managers/shared/logs/types.ts';
import { FakeJobs, job } from './fakeJobs.ts';

export const token = 'test-token-0123456789';
export const id = '01890000-0000-7000-8000-000000000001';
export const unknownId = '01890000-0000-7000-8000-0000000000ff';

export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'dy-'));
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Time that passes when the test says so. */
export class FakeClock implements Clock {
  time = 1_700_000_000_000;
  readonly #tasks = new Set<{ at: number; task: () => void }>();
  now = (): number => this.time;
  monotonic = (): number => this.time;
  after = (ms: number, task: () => void): (() => void) => {
    const entry = { at: this.time + ms, task };
    this.#tasks.add(entry);
    return () => this.#tasks.delete(entry);
  };
  pass(ms: number): void {
    this.time += ms;
    for (const entry of [...this.#tasks]) {
      if (entry.at > this.time || !this.#tasks.delete(entry)) continue;
      entry.task();
    }
  }
}

export class FakeEventLog implements EventLog<StateEvent> {
  readonly all: NumberedEvent<StateEvent>[] = [];
  /** Events up to this id are gone. */
  prunedTo = 0;
  readonly #emitter = new Emitter<NumberedEvent<StateEvent>>();
  on = this.#emitter.on;
  get lastId(): number {
    return Math.max(this.prunedTo, this.all.at(-1)?.id ?? 0);
  }
  get listenerCount(): number {
    return this.#emitter.listenerCount;
  }
  append(event: StateEvent): NumberedEvent<StateEvent> {
    const numbered = this.store(event);
    this.#emitter.emit(numbered);
    return numbered;
  }
  /** The first half of an append: it is in the log, and nobody was told yet. */
  store(event: StateEvent): NumberedEvent<StateEvent> {
    const numbered = { id: this.lastId + 1, time: 0, event };
    this.all.push(numbered);
    return numbered;
  }
  /** The second half. */
  tell(event: NumberedEvent<StateEvent>): void {
    this.#emitter.emit(event);
  }
  since(after: number): readonly NumberedEvent<StateEvent>[] | undefined {
    return after < this.prunedTo ? undefined : this.all.filter((event) => event.id > after);
  }
}

export class FakeLog implements ResourceLog {
  entries: LogEntry[] = [];
  followed: AbortSignal | undefined;
  pulls = 0;
  /** Replaces what follow gives. */
  batches: (() => AsyncIterable<readonly LogEntry[]>) | undefined;
  get lastSeq(): number {
    return this.entries.at(-1)?.seq ?? 0;
  }
  beginRun = (): never => {
    throw new Error('not for the API');
  };
  resumeRun = this.beginRun;
  endRun = this.beginRun;
  append = this.beginRun;
  poke = async (): Promise<void> => undefined;
  tail(lines: number, before = Infinity): Promise<readonly LogEntry[]> {
    return Promise.resolve(this.entries.filter((entry) => entry.seq < before).slice(-lines));
  }
  async *follow(after: number, signal: AbortSignal): AsyncGenerator<readonly LogEntry[]> {
    this.followed = signal;
    for await (const batch of this.batches?.() ?? [this.entries.filter((entry) => entry.seq > after)]) {
      this.pulls++;
      yield batch;
    }
    if (this.batches === undefined && !signal.aborted) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    }
  }
}

export function codeServer(changes: Partial<CodeServer> = {}): CodeServer {
  return {
    id,
    name: 'api',
    folder: '/home/a/src api',
    folderOwned: false,
    port: 8010,
    url: 'http://127.0.0.1:8010/',
    createdAt: 1_690_000_000_000,
    args: ['--verbose'],
    env: {},
    memoryLimitMb: null,
    origin: { type: 'folder' },
    extensions: ['ms-python.python'],
    extensionGroups: [],
    autoStart: false,
    stopWhenIdleMinutes: null,
    hostId: 'host-1',
    state: { status: 'stopped' },
    metrics: null,
    ...changes,
  };
}

/** Code-servers in memory. `fail` makes the next call of anything reject; `hang` makes start and restart wait for their signal. */
export class FakeCodeServers implements CodeServers {
  readonly servers = new Map<string, CodeServer>();
  readonly logs = new FakeLog();
  readonly calls: unknown[][] = [];
  fail: Error | undefined;
  hang = false;
  readonly #jobs: FakeJobs;

  constructor(jobs = new FakeJobs()) {
    this.#jobs = jobs;
    this.servers.set(id, codeServer());
  }
  requireGate(...call: unknown[]): void {
    this.#enter('requireGate', ...call);
  }
  /** What the servers ask for themselves. */
  ownPassword: string | undefined;
  async password(...call: unknown[]): Promise<string | undefined> {
    this.#enter('password', ...call);
    return this.ownPassword;
  }
  #enter(...call: unknown[]): void {
    this.calls.push(call);
    if (this.fail !== undefined) throw this.fail;
  }
  #set(id: string, changes: Partial<CodeServer>): CodeServer {
    const next = { ...this.get(id), ...changes };
    this.servers.set(id, next);
    return next;
  }
  list(): readonly CodeServer[] {
    this.#enter('list');
    return [...this.servers.values()];
  }
  get(id: string): CodeServer {
    this.#enter('get', id);
    const found = this.servers.get(id);
    if (found === undefined) throw new DevyardError('not-found', 'No such code-server.', { hint: 'List them.' });
    return found;
  }
  async create(input: CreateInput, key?: string): Promise<CodeServer> {
    this.#enter('create', input, key);
    const made = codeServer({ id: '01890000-0000-7000-8000-000000000002', name: input.name });
    this.servers.set(made.id, made);
    return made;
  }
  async duplicate(id: string, input: { name?: string | undefined }): Promise<CodeServer> {
    this.#enter('duplicate', id, input);
    return this.create({ name: input.name ?? `${this.get(id).name} copy` });
  }
  async installExtensions(id: string, input: object): Promise<Job> {
    this.#enter('installExtensions', id, input);
    return this.#jobs.list().findLast(({ resourceId }) => resourceId === id) ?? this.#jobs.add(job({ resourceId: id }));
  }
  async applySettings(id: string, input: object): ReturnType<CodeServers['applySettings']> {
    this.#enter('applySettings', id, input);
    return { file: '/data/settings.json', changed: ['editor.tabSize'] };
  }
  async fillWorkspace(id: string, source: WorkspaceSource): Promise<Job> {
    this.#enter('fillWorkspace', id, source);
    return this.#jobs.add(job({ resourceId: id }));
  }
  history(id: string): ReturnType<CodeServers['history']> {
    this.get(id);
    return [{ at: 1_700_000_000_000, cpuPercent: 1.5, memoryBytes: 1024 }];
  }
  poke(...call: unknown[]): void {
    this.#enter('poke', ...call);
  }
  async update(id: string, input: object): Promise<CodeServer> {
    this.#enter('update', id, input);
    return this.#set(id, input);
  }
  async start(id: string, options: { wait?: boolean | undefined; signal?: AbortSignal } = {}): Promise<CodeServer> {
    this.#enter('start', id, options.wait);
    this.#set(id, { state: { status: 'starting', since: 1, step: 'Waiting for /healthz' } });
    if (this.hang) {
      await new Promise<never>((_, reject) => {
        options.signal?.addEventListener('abort', () => {
          this.calls.push(['no longer waited for', id]);
          reject(new DevyardError('cancelled', 'No longer waited for.'));
        });
      });
    }
    const run = {
      runId: unknownId,
      pid: 4242,
      startedAt: 1_700_000_000_000 - 2_500,
      adopted: false,
      access: 'devyard',
    } as const;
    return this.#set(id, { state: { status: 'running', run } });
  }
  restart(id: string, options: { wait?: boolean | undefined; signal?: AbortSignal } = {}): Promise<CodeServer> {
    return this.start(id, options);
  }
  async stop(id: string): Promise<CodeServer> {
    this.#enter('stop', id);
    return this.#set(id, { state: { status: 'stopped' } });
  }
  async remove(
    id: string,
    options: { keepWorkspace?: boolean | undefined } = {},
  ): Promise<{ id: string; erased: string[]; kept: string[] }> {
    this.#enter('remove', id, options.keepWorkspace);
    this.get(id);
    this.servers.delete(id);
    return { id, erased: ['/data/x'], kept: ['/home/a/src api'] };
  }
  async health(id: string): ReturnType<CodeServers['health']> {
    this.#enter('health', id);
    this.get(id);
    return {
      status: 'running',
      httpHealthy: true,
      processExists: true,
      cpuPercent: 12.5,
      memoryBytes: 3 * 1_048_576,
      uptimeSeconds: 9,
    };
  }
  async log(id: string): Promise<FakeLog> {
    this.get(id);
    return this.logs;
  }
}
