import type { CodeServerEvent, Engine } from '../managers/codeServers/model.ts';
import type { DevServerEvent } from '../managers/devServers/model.ts';
import type { DokployEvent } from '../managers/dokploy/model.ts';
import type { JobEvent } from '../managers/shared/jobs/types.ts';
import type { Problem } from '../managers/shared/problems.ts';
import type { Settings } from '../managers/shared/settings.ts';

export interface DaemonOptions {
  readonly dataDir: string;
  /** Folder of the running bundle. */
  readonly bundleDir: string;
  /** Also listen on TCP; without a port on the one that devbox.yaml names (`server.default_port`). */
  readonly listen?: { readonly host: string; readonly port?: number | undefined } | undefined;
  /** Holds the bearer token, or gets a new one; default: `token` in the data directory. */
  readonly tokenFile?: string | undefined;
  /** End by itself when nobody uses it. Milliseconds without a client and without a process. */
  readonly idleExitMs?: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface RunningDaemon {
  readonly url: string | null;
  readonly socket: string;
  /** Settles when the daemon has ended in good order and this process may exit. */
  readonly ended: Promise<void>;
  /** Ends the daemon. What runs goes on unless `endRunning`. */
  end(options: { readonly endRunning: boolean }): Promise<void>;
}

export type DaemonEvent =
  | CodeServerEvent
  | DevServerEvent
  | DokployEvent
  | JobEvent
  | { readonly type: 'config.changed' }
  | { readonly type: 'engine.changed'; readonly engine: Engine }
  | { readonly type: 'settings.changed'; readonly settings: Settings }
  | { readonly type: 'problem'; readonly problem: Problem };
