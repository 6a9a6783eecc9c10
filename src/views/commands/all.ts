import type { DaemonLog } from '../daemon/daemonLog.ts';
import type { DevServersParts } from '../devServers/parts.ts';
import type { LazyDokploy } from '../dokploy/lazy.ts';
import type { LogChannels } from '../shared/logChannels.ts';
import type { Session } from '../shared/session.ts';
import type { UsagePanels } from '../usage/panels.ts';
import { configCommands } from './config.ts';
import { createCommands } from './create.ts';
import { daemonCommands } from './daemon.ts';
import { devServerCommands } from './devServers.ts';
import { lazyDokployCommands } from './dokployLazy.ts';
import { duplicateCommands } from './duplicate.ts';
import { engineCommands } from './engine.ts';
import { everythingCommands } from './everything.ts';
import { exportCommands } from './exportLog.ts';
import { extensionCommands } from './extensions.ts';
import type { CommandFamily, CommandId } from './ids.ts';
import { lifecycleCommands } from './lifecycle.ts';
import { logCommands } from './logs.ts';
import { manageCommands } from './manage.ts';
import { openCommands } from './open.ts';
import { optionCommands } from './options.ts';
import { statusCommands } from './statusActions.ts';
import { usageCommands } from './usage.ts';

export interface CommandParts {
  readonly session: Session;
  readonly logChannels: LogChannels;
  readonly daemonLog: DaemonLog;
  readonly usagePanels: UsagePanels;
  readonly devServers: DevServersParts;
  readonly dokploy: LazyDokploy;
  readonly dataDir: string;
  /** Clears what this editor remembers of Devyard. */
  readonly forget: () => PromiseLike<void>;
}

/** Every command with what it runs; the compiler refuses a list that is not complete. */
export function allCommands({
  session,
  logChannels,
  daemonLog,
  usagePanels,
  devServers,
  dokploy,
  dataDir,
  forget,
}: CommandParts): CommandFamily<CommandId> {
  return {
    ...createCommands(session),
    ...lifecycleCommands(session),
    ...manageCommands(session),
    ...openCommands(session),
    ...duplicateCommands(session),
    ...extensionCommands(session),
    ...optionCommands(session),
    ...logCommands(session, logChannels, daemonLog),
    ...exportCommands(session),
    ...usageCommands(session, usagePanels),
    ...devServerCommands(session, devServers),
    ...lazyDokployCommands(dokploy),
    ...configCommands(session),
    ...engineCommands(session),
    ...daemonCommands(session),
    ...statusCommands(session),
    ...everythingCommands(session, dataDir, forget),
  };
}
