import { delimiter } from 'node:path';
import * as vscode from 'vscode';
import type { Session } from '../shared/session.ts';

const rememberedKey = 'devyard.binDir';

/** Makes the `devyard` command known to new terminals of this window. */
export class TerminalPath implements vscode.Disposable {
  readonly #context: vscode.ExtensionContext;
  readonly #endStates: () => void;

  /** The folder is remembered, so that terminals have the command also while no daemon runs. */
  constructor(context: vscode.ExtensionContext, session: Session) {
    this.#context = context;
    const remembered = context.globalState.get<string>(rememberedKey);
    if (remembered !== undefined) this.#prepend(remembered);
    this.#endStates = session.on('state', (state) => {
      if (state.status !== 'connected') return;
      this.#prepend(state.info.binDir);
      if (context.globalState.get(rememberedKey) !== state.info.binDir) {
        void context.globalState.update(rememberedKey, state.info.binDir);
      }
    });
  }

  async forget(): Promise<void> {
    this.#context.environmentVariableCollection.clear();
    await this.#context.globalState.update(rememberedKey, undefined);
  }

  dispose(): void {
    this.#endStates();
  }

  #prepend(binDir: string): void {
    const { environmentVariableCollection: collection } = this.#context;
    const value = binDir + delimiter;
    // Setting the same value again would mark every open terminal as out of date.
    if (collection.get('PATH')?.value === value) return;
    collection.description = vscode.l10n.t('Adds the `devyard` command');
    collection.prepend('PATH', value);
  }
}
