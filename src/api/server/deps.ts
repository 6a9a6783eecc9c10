import type { CodeServers, Engines } from '../../managers/codeServers/ports.ts';
import type { DevServers } from '../../managers/devServers/ports.ts';
import type { Dokploy } from '../../managers/dokploy/ports.ts';
import type { Job } from '../../managers/shared/jobs/types.ts';
import type { Clock } from '../../managers/shared/clock.ts';
import type { Dispose } from '../../managers/shared/emitter.ts';
import type { EventLog } from '../../managers/shared/events/types.ts';
import type { ConfigProblem, DevboxConfigView } from '../contract/config.ts';
import type { Build, DaemonInfo } from '../contract/daemon.ts';
import type { StateEvent, TransientEvent } from '../contract/events.ts';
import type { Settings } from '../contract/settings.ts';
import type { Passage } from './gate/passage.ts';

/** Worth nothing a moment later; never stored. */
export type PassingEvent = Extract<TransientEvent, { type: 'codeServer.metrics' | 'dokploy.checked' | 'job.progress' }>;

export interface SettingsPort {
  get(): Settings;
  /** Rejects `invalid` when the result would make no sense. */
  patch(changes: SettingsPatch): Promise<Settings>;
}
export type SettingsPatch = { readonly [Key in keyof Settings]?: Settings[Key] | undefined };

export interface JobsPort {
  /** Oldest first. */
  list(): readonly Job[];
  /** Throws `not-found`. */
  get(id: string): Job;
  /** Resolves when it has ended. */
  cancel(id: string): Promise<Job>;
  /** Resolves with the job when it has ended; aborting ends only the waiting. */
  ended(id: string, signal?: AbortSignal): Promise<Job>;
}

export interface ConfigPort {
  /** What holds; with `file`, what that devbox.yaml of a workspace says. Rejects `invalid` for one that is broken. */
  get(file?: string): Promise<DevboxConfigView>;
  check(text: string): readonly ConfigProblem[];
}

/** Where uploaded archives lie until they are unpacked. */
export interface UploadsPort {
  readonly dir: string;
  limits(): Promise<{ readonly maxBytes: number; readonly types: readonly string[] }>;
}

/** What the API may ask of the program around it. */
export interface DaemonPort {
  info(): DaemonInfo;
  /** The newest lines of the daemon's own log, oldest first. */
  log(lines: number): Promise<string[]>;
  /** Resolves when it agrees, before it ends: the answer must still be sent. Rejects `conflict` when the build is not newer. */
  handOver(build: Build): Promise<void>;
  /** Resolves when it agrees, before it ends. */
  stop(options: { readonly endRunning: boolean }): Promise<void>;
}

export interface Tickets {
  /** A one-time URL into a code-server's gate. Throws `wrong-state` when the gate is not open. */
  mintTicket(id: string, folder?: string, host?: string): { readonly url: string; readonly expiresAt: number };
  /**
   * A one-time URL into the same code-server through this API: `<base>/vscode/<port>/…`. `base` is how the browser
   * reaches the API, such as `http://127.0.0.1:8000`. Throws `wrong-state` as above, `invalid` (`base`) for what is no such URL.
   */
  mintProxyTicket(id: string, base: string, folder?: string): { readonly url: string; readonly expiresAt: number };
}

/** The running code-servers by their port. */
export interface Passages {
  /** undefined: no code-server of Devyard runs there, whoever else may. */
  onPort(port: number): Passage | undefined;
}

export interface ServerDeps {
  readonly codeServers: CodeServers;
  readonly devServers: DevServers;
  readonly dokploy: Dokploy;
  readonly engines: Engines;
  readonly events: EventLog<StateEvent>;
  readonly jobs: JobsPort;
  readonly config: ConfigPort;
  readonly uploads: UploadsPort;
  /** Subscribes to what is of the moment only: samples, progress. */
  readonly onTransient: (listener: (event: PassingEvent) => void) => Dispose;
  readonly settings: SettingsPort;
  readonly daemon: DaemonPort;
  readonly tickets: Tickets;
  readonly passages: Passages;
  readonly token: string;
  /** Called with the number of open event streams whenever it changes: for the idle exit, and for "watched". */
  readonly onClients: (count: number) => void;
  /** Called with the number of those that are editor windows. */
  readonly onWindows: (count: number) => void;
  /** Faults of the daemon's own, for its log. Never holds a secret. */
  readonly onProblem: (message: string) => void;
  readonly clock?: Clock;
}
