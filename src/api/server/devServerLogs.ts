import type { DevServers } from '../../managers/devServers/ports.ts';
import { Mutex } from '../../managers/shared/mutex.ts';
import type { ServerDeps } from './deps.ts';
import { deliverAll } from './deliver.ts';
import { originalEntry } from './devServerLog.ts';
import { failureOf } from './errors.ts';
import type { SseStream } from './sseStream.ts';

type Deps = Pick<ServerDeps, 'devServers' | 'events' | 'onProblem'>;

/**
 * Sends what the logs of projects get from now on, as the original's `plugin/devserver/log`: an array of lines. Only who asks
 * for it pays for it, at the reader's own pace.
 */
export function followDevServerLogs(
  stream: SseStream,
  wanted: 'all' | readonly string[],
  { devServers, events, onProblem }: Deps,
): () => void {
  if (wanted !== 'all' && wanted.length === 0) return () => undefined;
  const followed = new Set<string>();
  // A stream delivers one thing at a time, and several projects may flood at once.
  const turns = new Mutex();
  const add = (id: string): void => {
    if (followed.has(id)) return;
    followed.add(id);
    follow(stream, turns, devServers, id).catch((error: unknown) => {
      followed.delete(id);
      const { internal } = failureOf(error);
      if (internal !== undefined) onProblem(internal);
    });
  };
  for (const { id, pluginID } of devServers.list()) {
    if (wanted === 'all' || wanted.includes(id) || wanted.includes(pluginID)) add(id);
  }
  // A project that is added later is one of all.
  return wanted === 'all'
    ? events.on(({ event }) => {
        if (event.type === 'plugin/devserver/status') add(event.id);
        else if (event.type === 'devServer.deleted') followed.delete(event.id);
      })
    : () => undefined;
}

async function follow(stream: SseStream, turns: Mutex, devServers: DevServers, id: string): Promise<void> {
  const { pluginID } = devServers.get(id);
  const log = await devServers.log(id);
  await deliverAll(log.follow(log.lastSeq, stream.closed), (entries) =>
    turns.run(() => {
      const data = entries.map((entry) => originalEntry(entry, pluginID));
      return stream.deliver({ event: 'plugin/devserver/log', data });
    }),
  );
}
