import type { Job } from '../shared/jobs/types.ts';
import type {
  Adoption,
  DokployServer,
  ForwardView,
  LogSource,
  NewServer,
  NewWorkspace,
  ServerChanges,
  ServerTargets,
  SshConfigView,
  TestedServer,
  Workspace,
  WorkspaceChanges,
} from './model.ts';
import type { RemoteCommand, RemoteShell } from './ssh/types.ts';

/** What this room offers to the API. A workspace's `id` may also be a name that only one managed workspace has. */
export interface Dokploy {
  servers(): readonly DokployServer[];
  /** Throws `not-found`. */
  server(id: string): DokployServer;
  /** Stores the server, then asks it: what it answers is in the result. Rejects `invalid` for a URL that is none. */
  addServer(input: NewServer): Promise<TestedServer>;
  patchServer(id: string, changes: ServerChanges): Promise<TestedServer>;
  /** Forgets it and its workspaces here. Rejects `busy` while a job works on one of them. */
  removeServer(id: string): Promise<DokployServer>;
  testServer(id: string, signal?: AbortSignal): Promise<TestedServer>;
  targets(id: string, signal?: AbortSignal): Promise<ServerTargets>;

  workspaces(): readonly Workspace[];
  /** Reads all servers now; those that fail keep what was known. */
  refresh(): Promise<readonly Workspace[]>;
  /** Throws `not-found`, and `conflict` for a name that several have. */
  workspace(id: string): Workspace;
  refreshWorkspace(id: string): Promise<Workspace>;
  create(input: NewWorkspace, idempotencyKey?: string): Promise<Workspace>;
  /** Rejects `wrong-state` for what Devyard does not manage. */
  change(id: string, changes: WorkspaceChanges): Promise<Job>;
  /** A workspace that is gone already is fine. */
  remove(id: string, options: { readonly volumes: boolean; readonly forget: boolean }): Promise<Job>;
  start(id: string): Promise<Job>;
  stop(id: string): Promise<Job>;
  restart(id: string): Promise<Job>;
  redeploy(id: string): Promise<Job>;
  adopt(id: string, adoption: Adoption): Promise<Workspace>;
  forgetHostKey(id: string): Promise<Workspace>;

  /** Over the one connection that all commands of a workspace share. */
  exec(id: string, command: string, signal?: AbortSignal): Promise<RemoteCommand>;
  shell(id: string, size: { readonly columns: number; readonly rows: number }): Promise<RemoteShell>;
  forward(
    id: string,
    wish: { readonly remotePort: number; readonly remoteHost: string; readonly localPort?: number | undefined },
  ): Promise<ForwardView>;
  removeForward(id: string, remotePort: number): Promise<Workspace>;

  log(id: string, source: LogSource, tail: number, signal?: AbortSignal): Promise<string>;
  /** What there is, then what comes, until the signal ends it. */
  followLog(id: string, source: LogSource, tail: number, signal: AbortSignal): AsyncIterable<string>;

  /** Somebody looks at these for the next 30 seconds. */
  look(viewer: string, servers: readonly string[], workspaces: readonly string[]): void;
  sshConfig(): Promise<SshConfigView>;
  /** Adds an Include line to ~/.ssh/config. */
  includeSshConfig(): Promise<SshConfigView>;
}
