import type { Product } from './product.mts';

/** One measured quantity, beside the same quantity of a peer measured in the same run, in turns with it. */
export interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly samples: readonly number[];
  readonly peer?: { readonly what: string; readonly samples: readonly number[] };
  readonly goal?: Goal;
}

export interface Goal {
  /** Which number of the samples is held against the limit. */
  readonly of: 'median' | 'p95' | 'p99' | 'max';
  readonly limit: number;
}

export interface Measured {
  readonly figures: readonly Figure[];
  readonly notes?: readonly string[];
  /** What could not be measured, and why. */
  readonly skipped?: readonly string[];
}

export interface Context {
  readonly product: Product;
  /** A line of progress for the person who waits. */
  readonly say: (text: string) => void;
}

export type Bench = (context: Context) => Promise<Measured>;
