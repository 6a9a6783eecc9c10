/** Of something that does not start, in Docker's own words: `port-taken` when any program of the host has one of its ports. */
export function startFailureCode(words = ''): 'start-failed' | 'port-taken' {
  const isTaken = /host-mode port already in use|port is already allocated|address already in use/i.test(words);
  return isTaken ? 'port-taken' : 'start-failed';
}

/** Whether those words are about that port, or do not say about which. */
export function isAboutPort(words: string, port: number): boolean {
  const named = /:(\d+)(?: failed|: bind)/.exec(words)?.[1];
  return named === undefined || Number(named) === port;
}
