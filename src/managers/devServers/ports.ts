import type { ResourceLog } from '../shared/logs/types.ts';
import type { ConfigProblem } from '../shared/yaml/configProblem.ts';
import type { ExternalInfo } from './external/parse.ts';
import type { DevServer, StartOptions } from './model.ts';
import type { Grantor } from './trust.ts';

export interface Rebuilt {
  readonly success: boolean;
  readonly builds: readonly { readonly name: string; readonly success: boolean; readonly error?: string }[];
  readonly devServer: DevServer;
}

export interface Proposal {
  /** What it was read from, such as `package.json`. */
  readonly source: string;
  /** Where its devyard.yaml belongs. */
  readonly path: string;
  readonly text: string;
  /** What could not be taken over, and why. */
  readonly notes: readonly string[];
}

/** The bytes of a process's terminal. */
export interface TerminalStream {
  readonly output: AsyncIterable<Buffer>;
  close(): void;
}

/** What this room offers to the API. An `id` may also be a pluginId that only one project has. */
export interface DevServers {
  list(): readonly DevServer[];
  /** Throws `not-found`, and `conflict` for a pluginId that several projects have. */
  get(id: string): DevServer;
  /** Takes up what the folder declares; projects that are there already are answered with, too. Nothing runs. */
  add(path: string, grantor?: Grantor): Promise<readonly DevServer[]>;
  /** Stops and forgets; the project's files stay. */
  remove(id: string): Promise<DevServer>;
  /** Throws `conflict` when the manifest says something else by now. */
  trust(id: string, hash: string, grantor: Grantor): Promise<DevServer>;
  /** Throws `forbidden` for a manifest that nobody trusts. Starting what runs changes nothing. */
  start(id: string, options: StartOptions, signal?: AbortSignal): Promise<DevServer>;
  /** Resolves when all of it has ended. */
  stop(id: string): Promise<DevServer>;
  restart(id: string, options: StartOptions, signal?: AbortSignal): Promise<DevServer>;
  /** Resolves with what became of the builds. Throws `wrong-state` while the project does not run. */
  rebuild(id: string, build?: string): Promise<Rebuilt>;
  log(id: string): Promise<ResourceLog>;
  external(id: string): ExternalInfo | null;
  /** Throws `wrong-state` for a process that has no terminal now. */
  openTerminal(id: string, process: string): Promise<TerminalStream>;
  type(id: string, process: string, input: TerminalInput): Promise<void>;
  propose(path: string): Promise<readonly Proposal[]>;
  check(path: string, text: string): Promise<readonly ConfigProblem[]>;
}

export interface TerminalInput {
  readonly input?: string | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}
