export interface Summary {
  readonly n: number;
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  readonly min: number;
  readonly max: number;
  /** First and third quartile: the middle half of the samples lies between them. */
  readonly q1: number;
  readonly q3: number;
}

export function summaryOf(samples: readonly number[]): Summary {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (part: number): number => quantile(sorted, part);
  return {
    n: sorted.length,
    median: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    min: at(0),
    max: at(1),
    q1: at(0.25),
    q3: at(0.75),
  };
}

/** Linear between neighbours (type 7 of Hyndman and Fan, the default of R and NumPy). NaN without samples. */
function quantile(sorted: readonly number[], part: number): number {
  const position = (sorted.length - 1) * part;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

export const median = (samples: readonly number[]): number => summaryOf(samples).median;
