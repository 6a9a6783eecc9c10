import type { DevyardClient } from '../../src/api/client/client.ts';
import type { Yard } from '../../test/integration/daemon/yard.ts';

/** A daemon on a data directory of its own, and who talks to it. */
export interface World {
  readonly yard: Yard;
  readonly client: DevyardClient;
  /** Of the daemon. */
  readonly pid: number;
  readonly say: (text: string) => void;
}
