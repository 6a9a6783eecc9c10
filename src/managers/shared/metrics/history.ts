export interface MetricsPoint {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly cpuPercent: number;
  readonly memoryBytes: number;
}

/** At one sample in two seconds half an hour, at one in thirty a working day. */
const keptPoints = 900;
const fields = 3;

/** The newest samples of each resource, in memory only: 24 bytes a sample. */
export class MetricsHistory {
  readonly #rings = new Map<string, { readonly values: Float64Array; count: number }>();

  add(id: string, { at, cpuPercent, memoryBytes }: MetricsPoint): void {
    const ring = this.#rings.get(id) ?? { values: new Float64Array(keptPoints * fields), count: 0 };
    this.#rings.set(id, ring);
    ring.values.set([at, cpuPercent, memoryBytes], (ring.count % keptPoints) * fields);
    ring.count += 1;
  }

  /** Oldest first; empty for what was never measured. */
  of(id: string): readonly MetricsPoint[] {
    const ring = this.#rings.get(id);
    if (ring === undefined) return [];
    const kept = Math.min(ring.count, keptPoints);
    return Array.from({ length: kept }, (_, index) => {
      const start = ((ring.count - kept + index) % keptPoints) * fields;
      const [at = 0, cpuPercent = 0, memoryBytes = 0] = ring.values.subarray(start, start + fields);
      return { at, cpuPercent, memoryBytes };
    });
  }

  forget(id: string): void {
    this.#rings.delete(id);
  }
}
