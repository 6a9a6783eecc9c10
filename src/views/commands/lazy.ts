import type { CommandParts } from './all.ts';
import { type CommandFamily, type CommandHandler, type CommandId, commandIds } from './ids.ts';

/** Every command: the first one that is called loads what they run, which is a bundle of its own. */
export function lazyCommands(parts: CommandParts): CommandFamily<CommandId> {
  let loading: Promise<CommandFamily<CommandId>> | undefined;
  const load = (): Promise<CommandFamily<CommandId>> =>
    (loading ??= import('./all.ts').then(({ allCommands }) => allCommands(parts)));
  const entries = commandIds.map((id): [CommandId, CommandHandler] => [
    id,
    async (...args) => (await load())[id](...args),
  ]);
  return Object.fromEntries(entries) as CommandFamily<CommandId>;
}
