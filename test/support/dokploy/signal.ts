/** Something has changed: wakes everybody who waits for that. */
export interface Signal {
  raise(): void;
  /** Resolves at the next `raise`. */
  next(): Promise<void>;
}

export function openSignal(): Signal {
  let raised = Promise.withResolvers<void>();
  return {
    raise() {
      raised.resolve();
      raised = Promise.withResolvers();
    },
    next: () => raised.promise,
  };
}
