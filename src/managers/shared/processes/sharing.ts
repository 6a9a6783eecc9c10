/**
 * Makes concurrent callers share one run of `task`. A caller that comes while a run is going on gets the next run,
 * so a result is never older than the request for it. That matters for "is anything left?" after a signal.
 */
export function shareRuns<T>(task: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> | undefined;
  let queued: Promise<T> | undefined;

  const start = (): Promise<T> => {
    queued = undefined;
    const run = task();
    const settled = run.then(
      () => undefined,
      () => undefined,
    );
    running = settled;
    void settled.then(() => {
      if (running === settled) running = undefined;
    });
    return run;
  };

  return () => {
    if (queued !== undefined) return queued;
    if (running === undefined) return start();
    queued = running.then(start);
    return queued;
  };
}

/** Gathers the keys asked for within one turn of the event loop and looks them up together. */
export function batchLookups<K, V>(
  lookup: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>,
): (key: K) => Promise<V | undefined> {
  let keys: Set<K> | undefined;
  let batch: Promise<ReadonlyMap<K, V>> | undefined;

  return async (key) => {
    if (keys === undefined || batch === undefined) {
      const gathered = new Set<K>();
      keys = gathered;
      batch = new Promise((resolve) => setImmediate(resolve)).then(() => {
        keys = undefined;
        batch = undefined;
        return lookup([...gathered]);
      });
    }
    keys.add(key);
    return (await batch).get(key);
  };
}
