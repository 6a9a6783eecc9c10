import type { Duplex } from 'node:stream';
import { systemClock } from '../../shared/clock.ts';
import { type Dispose, Emitter } from '../../shared/emitter.ts';
import { DevyardError } from '../../shared/errors.ts';
import { connect } from './connect.ts';
import { problemOf } from './fault.ts';
import type { SshLink } from './link.ts';
import { PooledHost, type PoolPorts } from './pooledHost.ts';
import type { Lease, Use } from './pooledLink.ts';
import type { TerminalSize } from './shell.ts';
import type { RemoteCommand, RemoteShell } from './types.ts';

/** How often a session is asked for again that the server did not open though it has no others. */
const mostRefusals = 8;

export type PoolOptions = Pick<PoolPorts, 'target'> & Partial<PoolPorts>;

/** What holders of a connection are told. */
export type PoolEvent =
  /** Its connections are ended, or something that kept it from being made was mended: the next attempt is due. */
  { readonly type: 'renewed'; readonly key: string } | { readonly type: 'forgotten'; readonly key: string };

/**
 * Connections that are shared: one for each key, made when it is first needed. A request that finds its connection dead
 * before anything was sent is made once more on a new one; one whose channel was opened never is.
 */
export class SshPool {
  readonly #ports: PoolPorts;
  readonly #hosts = new Map<string, PooledHost>();
  readonly #events = new Emitter<PoolEvent>();
  #isClosed = false;

  constructor(options: PoolOptions) {
    const clock = options.clock ?? systemClock;
    this.#ports = {
      clock,
      connect: (target, signal) => connect(target, { signal, clock }),
      random: Math.random,
      idleMs: 60_000,
      ...options,
    };
  }

  /** How many commands and shells go on. */
  get sessions(): number {
    return [...this.#hosts.values()].reduce((sum, host) => sum + host.sessions, 0);
  }

  readonly on = (listener: (event: PoolEvent) => void): Dispose => this.#events.on(listener);

  /** Its output has to be read, as that of a local process. Rejects as `connect` does. */
  exec(key: string, command: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<RemoteCommand> {
    return this.#run(key, 'session', {
      signal,
      open: (link) => link.exec(command, signal === undefined ? {} : { signal }),
      over: ({ exit }) => exit,
    });
  }

  shell(key: string, size: TerminalSize): Promise<RemoteShell> {
    return this.#run(key, 'session', { open: (link) => link.shell(size), over: ({ exit }) => exit });
  }

  /** A stream to `host`:`port` as the remote side sees it. Rejects `unavailable` also when nothing listens there. */
  open(key: string, host: string, port: number, signal?: AbortSignal): Promise<Duplex> {
    return this.#run(key, 'tunnel', {
      signal,
      open: (link) => link.open(host, port),
      over: (stream) => new Promise<void>((resolve) => void stream.once('close', resolve)),
    });
  }

  /** A connection that is kept until it is given back. Prefer `hold.ts`, which makes it again when it breaks. */
  async lease(key: string, signal?: AbortSignal): Promise<Lease> {
    return this.#host(key).acquire('tunnel', signal);
  }

  /** Ends the connections of a key: what answers there next is something else. What holds one makes a new one at once. */
  renew(key: string): void {
    this.#hosts.get(key)?.renew();
    this.#events.emit({ type: 'renewed', key });
  }

  /** Ends everything of a key. Resolves when its connections are closed. */
  async forget(key: string): Promise<void> {
    const host = this.#hosts.get(key);
    this.#hosts.delete(key);
    this.#events.emit({ type: 'forgotten', key });
    await host?.end(new DevyardError('cancelled', 'The connection is no longer wanted.'));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#hosts.keys()].map((key) => this.forget(key)));
  }

  #host(key: string): PooledHost {
    if (this.#isClosed) throw new DevyardError('cancelled', 'The daemon ends.');
    const known = this.#hosts.get(key);
    if (known !== undefined) return known;
    const host = new PooledHost(key, this.#ports);
    this.#hosts.set(key, host);
    return host;
  }

  async #run<T>(
    key: string,
    use: Use,
    work: {
      readonly signal?: AbortSignal | undefined;
      readonly open: (link: SshLink) => Promise<T>;
      readonly over: (opened: T) => Promise<unknown>;
    },
  ): Promise<T> {
    let wasDead = false;
    let refusals = 0;
    for (let attempt = 1; ; attempt += 1) {
      const lease = await this.#host(key).acquire(use, work.signal, attempt > 1);
      try {
        const opened = await work.open(lease.link);
        void work.over(opened).then(lease.release, lease.release);
        return opened;
      } catch (error) {
        const problem = problemOf(error);
        if (problem === 'unsent') {
          lease.drop();
          if (wasDead) throw error;
          wasDead = true;
        } else if (problem === 'no-channel' && use === 'session') {
          if (!lease.refused()) refusals += 1;
          if (refusals > mostRefusals) throw error;
        } else {
          lease.release();
          throw error;
        }
      }
    }
  }
}
