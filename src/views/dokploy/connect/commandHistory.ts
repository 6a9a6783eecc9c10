import type * as vscode from 'vscode';

const most = 30;
const keyOf = (workspaceId: string): string => `devyard.dokploy.commands.${workspaceId}`;

/** The newest first, each once. */
export function withCommand(history: readonly string[], command: string): readonly string[] {
  return [command, ...history.filter((one) => one !== command)].slice(0, most);
}

/** Commands that were run in workspaces from this editor. */
export class CommandHistory {
  readonly #memory: vscode.Memento;

  constructor(memory: vscode.Memento) {
    this.#memory = memory;
  }

  of(workspaceId: string): readonly string[] {
    const stored = this.#memory.get<unknown>(keyOf(workspaceId));
    return Array.isArray(stored) ? stored.filter((one) => typeof one === 'string') : [];
  }

  async add(workspaceId: string, command: string): Promise<void> {
    await this.#memory.update(keyOf(workspaceId), withCommand(this.of(workspaceId), command));
  }

  async forget(workspaceId: string): Promise<void> {
    await this.#memory.update(keyOf(workspaceId), undefined);
  }
}
