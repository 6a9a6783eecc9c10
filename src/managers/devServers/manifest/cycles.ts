/**
 * A way through the graph that comes back to where it began, as `[a, b, a]`; undefined where there is none. Names that are
 * no keys of the graph lead nowhere. Takes time in proportion to the graph, however it is knotted.
 */
export function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  for (const start of graph.keys()) {
    // An own stack, because a chain may be longer than the one of calls.
    const way: { readonly name: string; next: number }[] = [{ name: start, next: 0 }];
    const onWay = new Set([start]);
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const to = graph.get(top.name)?.[top.next];
      top.next += 1;
      if (to === undefined || done.has(top.name)) {
        done.add(top.name);
        onWay.delete(top.name);
        way.pop();
      } else if (onWay.has(to)) {
        const names = way.map(({ name }) => name);
        return [...names.slice(names.indexOf(to)), to];
      } else if (!done.has(to)) {
        way.push({ name: to, next: 0 });
        onWay.add(to);
      }
    }
  }
  return undefined;
}
