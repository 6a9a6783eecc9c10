import * as vscode from 'vscode';
import type { ErrorMessages } from '../shared/showError.ts';
import { type CommandFamily, type CommandId, commandIds } from './ids.ts';

/** Registers every command; what one throws becomes a message. */
export function registerCommands(commands: CommandFamily<CommandId>, errors: ErrorMessages): vscode.Disposable {
  const registered = commandIds.map((id) =>
    vscode.commands.registerCommand(id, async (...args: unknown[]) => {
      try {
        return await commands[id](...args);
      } catch (error) {
        // Not awaited: a command is over when its work is, not when somebody has read the message.
        void errors.show(error);
        return undefined;
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}
