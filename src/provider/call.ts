import type { DokployApi } from '../managers/dokploy/api/types.ts';
import type { Clock } from '../managers/shared/clock.ts';
import type { ConnectionOptions } from './connectionOptions.ts';
import type { Log } from './log.ts';
import type { Streams } from './passThrough.ts';
import type { Environment } from './readers.ts';

/** A server that is talked to. */
export interface OpenServer {
  readonly api: DokployApi;
  readonly close: () => void;
}

/** Everything around one call of the provider. */
export interface Surroundings {
  readonly env: Environment;
  readonly streams: Streams;
  /** Its reason is what ends the call, such as `Terminated`. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Of Devyard. */
  readonly version: string;
  /** Words that call this very program. */
  readonly self: readonly [string, ...string[]];
  /** Loaded only by what talks to it. */
  readonly openServer: (options: ConnectionOptions) => Promise<OpenServer>;
}

export interface Call extends Surroundings {
  /** What follows the verb. */
  readonly rest: readonly string[];
  readonly log: Log;
}

/** Does its work and resolves with the exit code. What goes wrong is thrown: `run` says it and ends with 1. */
export type RunVerb = (call: Call) => Promise<number>;

/** A line for DevPod. */
export function print({ streams }: Call, line: string): void {
  streams.stdout.write(`${line}\n`);
}
