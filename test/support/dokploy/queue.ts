export interface Job {
  readonly id: string;
  readonly kind: 'application' | 'compose';
  /** applicationId or composeId. */
  readonly serviceId: string;
  readonly type: 'deploy' | 'redeploy';
  readonly title: string;
  readonly description: string;
  readonly onServer: boolean;
  /** Milliseconds since the epoch, by the server's clock. */
  readonly timestamp: number;
  processedOn: number | undefined;
}

export type Queue = ReturnType<typeof openQueue>;

/** One worker, one job at a time, nothing on disk. */
export function openQueue(now: () => number, work: (job: Job) => Promise<void>) {
  let waiting: Job[] = [];
  let active: Job | undefined;
  let count = 0;
  let epoch = 0;

  async function drain(): Promise<void> {
    const own = epoch;
    const isAlive = (): boolean => own === epoch;
    while (isAlive() && active === undefined) {
      const job = waiting.shift();
      if (job === undefined) return;
      active = job;
      job.processedOn = now();
      await work(job);
      if (isAlive()) active = undefined;
    }
  }

  return {
    add(input: Omit<Job, 'id' | 'timestamp' | 'processedOn'>): void {
      count++;
      waiting.push({ ...input, id: `job-${String(count)}`, timestamp: now(), processedOn: undefined });
      void drain();
    },
    /** Newest first, as `deployment.queueList` has them. */
    list: (): readonly Job[] => [...(active === undefined ? [] : [active]), ...waiting].toReversed(),
    active: (): Job | undefined => active,
    clean(serviceId: string): void {
      waiting = waiting.filter((job) => job.serviceId !== serviceId);
    },
    /** The process died: what waited is lost, what ran is nobody's. */
    drop(): void {
      epoch++;
      waiting = [];
      active = undefined;
    },
    epoch: (): number => epoch,
  };
}
