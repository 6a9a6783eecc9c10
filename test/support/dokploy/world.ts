import type { ComposeProjects } from './composeProjects.ts';
import type { DeployLogs } from './deployLogs.ts';
import type { Faults } from './faults.ts';
import type { Keys } from './keys.ts';
import type { Machines } from './machines/types.ts';
import type { Queue } from './queue.ts';
import type { State } from './state.ts';
import type { Swarm } from './swarm.ts';
import type { Timing } from './timing.ts';

/** Everything that the procedures of one double work on. */
export interface World {
  readonly state: State;
  readonly timing: Timing;
  readonly machines: Machines;
  readonly swarm: Swarm;
  readonly compose: ComposeProjects;
  readonly logs: DeployLogs;
  readonly keys: Keys;
  readonly queue: Queue;
  readonly faults: Faults;
  readonly publicIp: string;
  /** ISO 8601, by the server's clock. */
  readonly now: () => string;
  /** Loopback address on which services of that server publish their ports. */
  readonly hostOf: (serverId: string | null) => string;
}
