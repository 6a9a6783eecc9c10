import type { CommandFamily, CommandHandler, CommandId } from './ids.ts';

/** Commands whose handlers `load` brings when the first one is called, and again after it failed. */
export function lateCommands<Id extends CommandId>(
  ids: readonly Id[],
  load: () => Promise<CommandFamily<Id>>,
): CommandFamily<Id> {
  const entries = ids.map((id): [Id, CommandHandler] => [id, async (...args) => (await load())[id](...args)]);
  return Object.fromEntries(entries) as CommandFamily<Id>;
}
