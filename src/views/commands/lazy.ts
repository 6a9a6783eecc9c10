import type { CommandParts } from './all.ts';
import { type CommandFamily, type CommandId, commandIds } from './ids.ts';
import { lateCommands } from './late.ts';

/** Every command. What they run is a bundle of its own. */
export function lazyCommands(parts: CommandParts): CommandFamily<CommandId> {
  let loading: Promise<CommandFamily<CommandId>> | undefined;
  const open = async (): Promise<CommandFamily<CommandId>> => {
    const { allCommands } = await import('./all.ts');
    return allCommands(parts);
  };
  return lateCommands(commandIds, () => {
    loading ??= open().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  });
}
