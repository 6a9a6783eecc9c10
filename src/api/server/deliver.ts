/**
 * Asks for the next item only when the one before has been delivered, so the reader sets the pace. A loop would hold the
 * item meanwhile, and what is held for long becomes garbage that V8 collects late.
 */
export async function deliverAll<T>(items: AsyncIterable<T>, deliver: (item: T) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  const next = (): Promise<boolean> =>
    iterator.next().then(({ done, value }) => (done === true ? false : deliver(value).then(() => true)));
  while (await next());
}
