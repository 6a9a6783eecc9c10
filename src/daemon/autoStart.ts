import { join } from 'node:path';
import { autoStartFileName } from '../api/contract/discovery.ts';
import { AutoStartMark } from '../managers/codeServers/autoStartMark.ts';
import type { Journal } from '../managers/shared/events/journal.ts';
import type { DaemonEvent } from './model.ts';

/** Keeps the file by which an editor knows, without a daemon, that there is something to start with it. */
export function keepAutoStartMark(
  dataDir: string,
  codeServers: { readonly hasAutoStart: boolean },
  journal: Journal<DaemonEvent>,
  report: (error: unknown) => void,
): void {
  const mark = new AutoStartMark(join(dataDir, autoStartFileName));
  const update = (): void => void mark.set(codeServers.hasAutoStart).catch(report);
  update();
  journal.on(({ event }) => {
    if (event.type.startsWith('codeServer.')) update();
  });
}
