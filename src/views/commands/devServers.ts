import type { DevServersParts } from '../devServers/parts.ts';
import type { Session } from '../shared/session.ts';
import { devServerActionCommands } from './devServerActions.ts';
import { devServerEditorCommands } from './devServerEditor.ts';
import { devServerLifecycleCommands } from './devServerLifecycle.ts';
import { devServerLogCommands } from './devServerLogs.ts';
import { devServerManageCommands } from './devServerManage.ts';
import { devServerPageCommands } from './devServerPages.ts';

/** The commands of the view *Dev Servers* and its status bar item. */
export function devServerCommands(session: Session, { logChannels, excerpts, editor }: DevServersParts) {
  return {
    ...devServerLifecycleCommands(session, (id) => editor.terminals.startedHere(id)),
    ...devServerPageCommands(session),
    ...devServerLogCommands(session, logChannels, excerpts),
    ...devServerManageCommands(session),
    ...devServerActionCommands(session),
    ...devServerEditorCommands(session, editor),
  };
}
