import type { Clock } from '../shared/clock.ts';
import type { Write } from '../shared/events/journal.ts';
import type { Jobs } from '../shared/jobs/jobs.ts';
import type { Secrets } from '../shared/secrets/secrets.ts';
import type { Database } from '../shared/store/schema.ts';
import type { HttpPort } from './api/types.ts';
import type { DokployEvent } from './model.ts';

/** Everything that remote workspaces are run with. */
export interface DokployContext {
  readonly hostId: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly database: Database;
  readonly secrets: Pick<Secrets, 'get' | 'keep' | 'seal' | 'unseal'>;
  readonly journal: {
    intend(event: DokployEvent, write: Write): Promise<unknown>;
    observe(event: DokployEvent, write: Write): Promise<unknown>;
  };
  readonly jobs: Pick<Jobs, 'begin' | 'prepare' | 'cancelAll' | 'hasUnfinished' | 'list' | 'register'>;
  /** A transport for one server; `certificate` is the fingerprint of the only one to accept. */
  readonly http: (options: { readonly certificate: string | null }) => HttpPort;
  /** Keys, pinned host keys and the ssh config. */
  readonly folder: string;
  readonly home: string;
  /** The daemon's own environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A server's projects were read completely; of the moment only. */
  readonly onChecked: (serverId: string, at: number) => void;
  readonly onProblem: (error: unknown) => void;
}

/** To whom the secrets of a server belong. */
export const serverOwner = (id: string): string => `dokployServer:${id}`;
export const apiKeyName = 'apiKey';
/** To whom the sealed texts of a workspace belong. */
export const workspaceOwner = (id: string): string => `dokployWorkspace:${id}`;
