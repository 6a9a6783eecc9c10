import type { DevyardClient, ReceivedEvent } from '../../../src/api/client/client.ts';
import type { Connection } from '../../../src/api/client/launch.ts';
import { ApiError } from '../../../src/api/client/transport.ts';
import type { CodeServer } from '../../../src/api/contract/codeServers.ts';
import type { DevServer } from '../../../src/api/contract/devServers.ts';
import type { DokployServer, Workspace } from '../../../src/api/contract/dokploy.ts';
import type { DevyardEvent } from '../../../src/api/contract/events.ts';
import type { Job } from '../../../src/api/contract/jobs.ts';
import { daemonInfo } from './samples.ts';

/** One connection's event stream: fed by the test, ended in good order or broken. */
class FakeStream {
  readonly after: number | undefined;
  /** An editor window has said that it is there. */
  readonly window: boolean;
  readonly #queue: (ReceivedEvent | 'end' | Error)[] = [];
  #wake: (() => void) | undefined;

  constructor(after: number | undefined, window: boolean) {
    this.after = after;
    this.window = window;
  }

  push(item: ReceivedEvent | 'end' | Error): void {
    this.#queue.push(item);
    this.#wake?.();
  }

  async *read(signal: AbortSignal): AsyncGenerator<ReceivedEvent> {
    signal.addEventListener('abort', () => this.push('end'));
    for (;;) {
      const item = this.#queue.shift();
      if (item === 'end') return;
      if (item instanceof Error) throw item;
      if (item !== undefined) yield item;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** What is left of a host with one data directory: servers and events outlive the daemons that come and go. */
export class FakeHost {
  readonly servers = new Map<string, CodeServer>();
  readonly jobs = new Map<string, Job>();
  /** Undefined: the daemon is too old to know of them. */
  devServers: readonly DevServer[] | undefined = [];
  /** Undefined: the daemon is too old to know of it. */
  dokploy: { readonly servers: readonly DokployServer[]; readonly workspaces: readonly Workspace[] } | undefined = {
    servers: [],
    workspaces: [],
  };
  readonly streams: FakeStream[] = [];
  readonly calls: string[] = [];
  /** How often a daemon was started because none ran. */
  starts = 0;
  pid: number | undefined;
  lastEventId = 0;
  /** Thrown by the next attempts to start a daemon. */
  startError: Error | undefined;

  find(): Promise<unknown> {
    return Promise.resolve(this.pid);
  }

  ensure(): Promise<Connection> {
    if (this.pid === undefined) {
      if (this.startError !== undefined) return Promise.reject(this.startError);
      this.starts += 1;
      this.pid = 100 + this.starts;
    }
    return Promise.resolve({ client: this.#client(), info: daemonInfo(this.pid) });
  }

  emit(event: DevyardEvent): void {
    this.lastEventId += 1;
    if (event.type === 'codeServer.changed') this.servers.set(event.codeServer.id, event.codeServer);
    if (event.type === 'job.changed') this.jobs.set(event.job.id, event.job);
    this.streams.at(-1)?.push({ id: this.lastEventId, event });
  }

  kill(): void {
    this.pid = undefined;
    this.streams.at(-1)?.push(new Error('socket hang up'));
  }

  endInGoodOrder(): void {
    this.pid = undefined;
    this.streams.at(-1)?.push('end');
  }

  #client(): DevyardClient {
    const call = (id: string, input: { readonly params?: { readonly id: string } }): Promise<unknown> => {
      this.calls.push(id);
      if (id === 'jobs.get') {
        const job = this.jobs.get(input.params?.id ?? '');
        return job === undefined
          ? Promise.reject(Object.assign(new Error('no such job'), { code: 'not-found' }))
          : Promise.resolve(job);
      }
      if (id === 'codeServers.list') return Promise.resolve([...this.servers.values()]);
      const unknown = new ApiError({ code: 'not-found', status: 404, message: 'There is nothing here.' });
      if (id === 'dokploy.servers' || id === 'dokploy.list') {
        if (this.dokploy === undefined) return Promise.reject(unknown);
        return Promise.resolve(id === 'dokploy.list' ? this.dokploy.workspaces : this.dokploy.servers);
      }
      if (id === 'devServers.list') {
        return this.devServers === undefined ? Promise.reject(unknown) : Promise.resolve(this.devServers);
      }
      if (id === 'jobs.list') return Promise.resolve([...this.jobs.values()]);
      if (id === 'daemon.stop') this.endInGoodOrder();
      return Promise.resolve({ status: 'ready', path: '/x', version: '1', source: 'path' });
    };
    return {
      address: { socket: '/data/socket', token: '' },
      call: call as DevyardClient['call'],
      events: (after, signal, { window = false } = {}) => {
        const stream = new FakeStream(after, window);
        stream.push({ id: undefined, event: { type: 'hello', lastEventId: this.lastEventId } });
        this.streams.push(stream);
        return stream.read(signal);
      },
      logs: () => {
        throw new Error('no logs here');
      },
      devServerLogs: () => {
        throw new Error('no logs here');
      },
      exec: () => {
        throw new Error('no commands here');
      },
      workspaceLog: () => {
        throw new Error('no logs here');
      },
      terminal: () => {
        throw new Error('no terminals here');
      },
      logText: () => {
        throw new Error('no logs here');
      },
      close: () => undefined,
    };
  }
}
