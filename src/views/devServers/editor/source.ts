import type { DevServer } from '../../../api/contract/devServers.ts';

/** What the parts around the editor need of the session, which satisfies it: the projects, and word of which are different. */
export interface DevServersSource {
  readonly snapshot: { readonly devServers: ReadonlyMap<string, DevServer> };
  /** The returned function ends the subscription. */
  on(name: 'change', listener: (change: { readonly devServers: ChangedIds }) => void): () => void;
}

interface ChangedIds {
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** Calls back with the ids of the projects that came, went or are different, and only when there are some. */
export function onDevServers(source: DevServersSource, listener: (ids: readonly string[]) => void): () => void {
  return source.on('change', ({ devServers: { changed, removed } }) => {
    if (changed.length > 0 || removed.length > 0) listener([...changed, ...removed]);
  });
}
