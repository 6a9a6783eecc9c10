import { connectCommands, type Connecting } from '../dokploy/connect/commands.ts';
import type { DokployHost } from '../dokploy/host.ts';
import { wizardCommands } from '../dokploy/wizard/commands.ts';
import { ServerKeys } from '../dokploy/wizard/server/keys.ts';
import { serverWork } from '../dokploy/wizard/server/serverWork.ts';
import { dokployActionCommands } from './dokployActions.ts';
import type { DokployCommandId } from './dokployIds.ts';
import { dokployLifecycleCommands } from './dokployLifecycle.ts';
import { dokployServerCommands } from './dokployServers.ts';
import type { CommandFamily } from './ids.ts';

/** The commands of the view *Dokploy*, and what they keep open in the window. */
export function dokployViewCommands(host: DokployHost): {
  readonly commands: CommandFamily<DokployCommandId>;
  readonly logs: Connecting['logs'];
  readonly dispose: () => void;
} {
  const { session, secrets, memory } = host;
  const { commands, logs, dispose } = connectCommands(host);
  return {
    commands: {
      ...commands,
      ...wizardCommands(host),
      ...dokployServerCommands(session, serverWork(session, new ServerKeys(secrets, memory))),
      ...dokployLifecycleCommands(session),
      ...dokployActionCommands(session),
    },
    logs,
    dispose,
  };
}
