import type { DevyardClient } from '../../src/api/client/client.ts';
import type { Yard } from '../../test/integration/daemon/yard.ts';
import type { Product } from '../lib/product.mts';

/** A daemon on a data directory of its own, and who talks to it. */
export interface World {
  readonly product: Product;
  readonly yard: Yard;
  readonly client: DevyardClient;
  /** Of the daemon. */
  readonly pid: number;
  readonly say: (text: string) => void;
}

export async function timed(task: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await task();
  return performance.now() - began;
}
