import type { Connection } from '../../api/client/launch.ts';
import type { DaemonInfo } from '../../api/contract/daemon.ts';
import { followDaemon, readDevServers, readDokploy } from './followDaemon.ts';
import type { Localizer } from './l10n.ts';
import { Pause } from './pause.ts';
import { SessionEvents } from './sessionEvents.ts';
import { backoff, Budget, type DownReason, reasonOf, type SessionState } from './sessionState.ts';
import {
  emptySnapshot,
  isChange,
  type Snapshot,
  type SnapshotChange,
  withDevServers,
  withDokploy,
  withEngine,
  withEvent,
  withJobs,
  withList,
} from './snapshot.ts';

export interface SessionPorts {
  /** Undefined when no daemon runs. Starts none. */
  find(): Promise<unknown>;
  /** Connects, starting a daemon when there is none. */
  ensure(options: { readonly onProgress: (text: string) => void; readonly signal: AbortSignal }): Promise<Connection>;
  readonly l10n: Localizer;
  log(message: string): void;
}

/** A killed daemon is started again at most this often within a minute; then a person is asked. */
const startsPerMinute = 3;
/** How long a daemon that ended in good order may take to be replaced by the newer build it made room for. */
const successorMs = 15_000;
/** How long a vanished daemon is looked for while nobody looks at Devyard. */
const unattendedMs = 60_000;

/** This window's one connection to the daemon, and what the daemon said over it. Knows no vscode. */
export class Session {
  readonly #ports: SessionPorts;
  readonly #lifetime = new AbortController();
  readonly #events: SessionEvents;
  /** Subscribes to what is announced; the returned function ends the subscription. */
  readonly on: SessionEvents['on'];
  readonly #starts = new Budget(startsPerMinute, 60_000);
  readonly #pause = new Pause(this.#lifetime.signal);
  #state: SessionState = { status: 'idle' };
  #snapshot: Snapshot = emptySnapshot;
  #connection: Connection | undefined;
  #connecting: Promise<Connection> | undefined;
  /** Settles when the current connection is over and its consequences were drawn. */
  #followed: Promise<void> = Promise.resolve();
  #cursor: number | undefined;
  #lastDaemon: Pick<DaemonInfo, 'pid' | 'startedAt'> | undefined;
  /** Views of Devyard that are on screen. */
  readonly #seen = new Set<string>();
  /** A command waits for the connection. */
  #needed = false;
  #stopExpected = false;

  constructor(ports: SessionPorts) {
    this.#ports = ports;
    this.#events = new SessionEvents((message) => ports.log(message));
    this.on = this.#events.on.bind(this.#events);
  }

  get state(): SessionState {
    return this.#state;
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  get connection(): Connection | undefined {
    return this.#connection;
  }

  /**
   * At start-up: connects when a daemon runs already, or is wanted for servers that start with it, and does nothing at all
   * otherwise. Never rejects.
   */
  async probe(wanted: () => Promise<boolean> = () => Promise.resolve(false)): Promise<void> {
    try {
      if ((await this.#ports.find()) !== undefined || (await wanted())) await this.#joined(() => this.#establish());
    } catch (error) {
      this.#ports.log(`The running daemon cannot be used: ${reasonOf(error).message}`);
    }
  }

  /** Whether a view of Devyard is on screen: only while one is, a vanished daemon is started again unasked. */
  attend(visible: boolean, view = 'devyard.codeServers'): void {
    if (!visible) {
      this.#seen.delete(view);
      return;
    }
    this.#seen.add(view);
    this.#pause.skip();
    if (this.#state.status === 'idle') void this.#joined(() => this.#establish()).catch(() => undefined);
  }

  /** The connection, made when there is none; starts the daemon when none runs. Rejects with what keeps it from running. */
  connect(): Promise<Connection> {
    if (this.#connection !== undefined) return Promise.resolve(this.#connection);
    this.#needed = true;
    this.#pause.skip();
    return this.#joined(() => this.#establish());
  }

  /** Reads everything anew; only what really differs is announced. */
  async refresh(): Promise<void> {
    const { client } = await this.connect();
    const [jobs, list, devServers, dokploy, engine] = await Promise.all([
      client.call('jobs.list', {}),
      client.call('codeServers.list', {}),
      readDevServers(client),
      readDokploy(client),
      client.call('engine.get', {}),
    ]);
    this.#apply(withList(this.#snapshot, list));
    this.#apply(withDevServers(this.#snapshot, devServers));
    this.#apply(withDokploy(this.#snapshot, dokploy));
    this.#apply(withJobs(this.#snapshot, jobs));
    this.#apply(withEngine(this.#snapshot, engine));
  }

  /** Ends the daemon and stays away from it until somebody needs it again. Resolves when it is gone. */
  async stopDaemon(endRunning: boolean): Promise<void> {
    const { client } = await this.connect();
    this.#stopExpected = true;
    try {
      await client.call('daemon.stop', { body: { endRunning } });
      await this.#followed;
      for (let attempt = 0; !this.#lifetime.signal.aborted && (await this.#ports.find()) !== undefined; attempt += 1) {
        await this.#pause.wait(Math.max(50, backoff(attempt, 50, 500)));
      }
    } finally {
      this.#stopExpected = false;
    }
  }

  /** Ends the daemon, if one answers, and starts it again. What runs goes on. */
  async restartDaemon(): Promise<void> {
    this.#starts.refill();
    if (this.#connection !== undefined) await this.stopDaemon(false);
    await this.connect();
  }

  dispose(): void {
    this.#lifetime.abort();
    this.#connection?.client.close();
    this.#connection = undefined;
  }

  /** Two who need the connection at once share one attempt. */
  #joined(work: () => Promise<Connection>): Promise<Connection> {
    this.#connecting ??= work().finally(() => {
      this.#connecting = undefined;
      this.#needed = false;
    });
    return this.#connecting;
  }

  async #establish(): Promise<Connection> {
    try {
      return await this.#open();
    } catch (error) {
      this.#down('failed', reasonOf(error));
      throw error;
    }
  }

  /** Connects and reads until everything is known; from then on the stream is watched in the background. */
  async #open(): Promise<Connection> {
    const { l10n } = this.#ports;
    const { signal } = this.#lifetime;
    const progress = (step: string): void => this.#setState({ status: 'connecting', step });
    progress(l10n.t('Connecting to Devyard…'));
    const connection = await this.#ports.ensure({ onProgress: progress, signal });
    signal.throwIfAborted();
    const known = this.#lastDaemon;
    const complete =
      known !== undefined && known.pid === connection.info.pid && known.startedAt === connection.info.startedAt;
    return await new Promise<Connection>((resolve, reject) => {
      const reading = followDaemon(
        connection.client,
        { after: this.#cursor, complete },
        {
          onList: (list) => this.#apply(withList(this.#snapshot, list)),
          onDevServers: (list) => this.#apply(withDevServers(this.#snapshot, list)),
          onDokploy: (lists) => this.#apply(withDokploy(this.#snapshot, lists)),
          onJobs: (jobs) => this.#apply(withJobs(this.#snapshot, jobs)),
          onEngine: (engine) => this.#apply(withEngine(this.#snapshot, engine)),
          onEvent: (event) => this.#apply(withEvent(this.#snapshot, event)),
          onProblem: (problem) => this.#events.emit('problem', problem),
          onCursor: (id) => {
            this.#cursor = id;
          },
          onReady: () => {
            this.#connection = connection;
            this.#lastDaemon = connection.info;
            this.#setState({ status: 'connected', info: connection.info });
            for (const problem of connection.info.problems) this.#events.emit('problem', problem);
            resolve(connection);
          },
        },
        signal,
      );
      this.#followed = this.#whenOver(connection, reading, reject);
    });
  }

  async #whenOver(connection: Connection, reading: Promise<void>, fail: (error: unknown) => void): Promise<void> {
    const broken = await reading.then(
      () => undefined,
      (error: unknown) => reasonOf(error),
    );
    connection.client.close();
    if (this.#connection !== connection) {
      // It ended before it was of use: whoever asked for it decides what comes next.
      const { l10n } = this.#ports;
      const message = l10n.t('Devyard ended while this window was connecting to it.');
      fail(Object.assign(new Error(broken?.message ?? message), { code: 'unavailable', hint: broken?.hint }));
      return;
    }
    this.#connection = undefined;
    if (this.#lifetime.signal.aborted) return;
    this.#ports.log(
      broken === undefined ? 'The daemon ended the connection' : `The connection broke: ${broken.message}`,
    );
    if (this.#stopExpected) {
      this.#stopped();
      return;
    }
    // The stream may break in the same breath in which it became ready: let that attempt settle first.
    await this.#connecting?.catch(() => undefined);
    void this.#joined(() => this.#recover(broken === undefined)).catch(() => undefined);
  }

  /** The daemon is gone. What it said stays on screen until it is clear that no other takes its place. */
  async #recover(inGoodOrder: boolean): Promise<Connection> {
    const { l10n } = this.#ports;
    this.#setState({ status: 'connecting', step: l10n.t('Reconnecting to Devyard…') });
    const since = Date.now();
    let lastReason: DownReason | undefined;
    for (let attempt = 0; ; attempt += 1) {
      await this.#pause.wait(backoff(attempt, 100, 2000));
      this.#lifetime.signal.throwIfAborted();
      const running = (await this.#ports.find().catch(() => undefined)) !== undefined;
      const waited = Date.now() - since;
      if (!running && inGoodOrder && !this.#needed) {
        if (waited < successorMs) continue;
        throw this.#stopped();
      }
      if (!running && this.#seen.size === 0 && !this.#needed) {
        if (waited < unattendedMs) continue;
        this.#setState({ status: 'idle' });
        this.#forget();
        throw new Error(l10n.t('Devyard is not running.'));
      }
      if (!this.#starts.take(Date.now())) throw this.#down('failed', lastReason ?? this.#keepsEnding());
      try {
        return await this.#open();
      } catch (error) {
        lastReason = reasonOf(error);
        this.#ports.log(`Connecting again failed: ${lastReason.message}`);
      }
    }
  }

  #keepsEnding(): DownReason {
    const { l10n } = this.#ports;
    return {
      code: 'unavailable',
      message: l10n.t("Devyard's background process ended {0} times within a minute.", startsPerMinute),
      hint: l10n.t('Read its log, then restart it. Running code-servers go on meanwhile.'),
    };
  }

  #stopped(): Error {
    const { l10n } = this.#ports;
    return this.#down('stopped', { code: 'stopped', message: l10n.t('Devyard was stopped.'), hint: undefined });
  }

  #down(kind: 'stopped' | 'failed', reason: DownReason): Error {
    this.#setState({ status: 'down', kind, reason });
    this.#forget();
    if (kind === 'failed' && !this.#needed) this.#events.emit('failure', reason);
    return Object.assign(new Error(reason.message), reason);
  }

  #forget(): void {
    this.#lastDaemon = undefined;
    this.#cursor = undefined;
    const { jobs } = withJobs(this.#snapshot, []);
    const { devServers } = withDevServers(this.#snapshot, []);
    const { dokploy } = withDokploy(this.#snapshot, { servers: [], workspaces: [] });
    this.#apply({ ...withList(this.#snapshot, []), snapshot: emptySnapshot, engine: true, jobs, devServers, dokploy });
  }

  #apply(change: SnapshotChange): void {
    if (!isChange(change)) return;
    this.#snapshot = change.snapshot;
    this.#events.emit('change', change);
  }

  #setState(state: SessionState): void {
    if (this.#lifetime.signal.aborted) return;
    this.#state = state;
    this.#events.emit('state', state);
  }
}
