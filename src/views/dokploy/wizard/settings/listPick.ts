import * as vscode from 'vscode';
import type { StepResult } from '../../../shared/wizard.ts';
import { ask, type TitledPlace } from '../../../shared/wizardInputs.ts';

export interface Entry {
  /** Tells it from the others. */
  readonly key: string;
  readonly label: string;
  readonly description: string;
}

export interface ListQuestion {
  /** As they are at this moment. */
  readonly entries: () => readonly Entry[];
  readonly icon: string;
  readonly placeholder: string;
  readonly addLabel: string;
  /** Asks for one more, or for another one in the place of `key`. */
  readonly change: (key: string | undefined) => Promise<StepResult>;
  readonly remove: (key: string) => void;
}

interface ListItem extends vscode.QuickPickItem {
  readonly choice: 'done' | 'add' | { readonly key: string };
}

/** Asks for any number of entries: one is added, changed or taken out at a time, until the person goes on. */
export async function askList(place: TitledPlace, question: ListQuestion): Promise<StepResult> {
  for (;;) {
    const picked: { choice: ListItem['choice'] | undefined } = { choice: undefined };
    const result = await askOnce(place, question, (choice) => {
      picked.choice = choice;
    });
    if (result !== 'next' || picked.choice === undefined || picked.choice === 'done') return result;
    const changed = await question.change(picked.choice === 'add' ? undefined : picked.choice.key);
    if (changed === 'cancel') return 'cancel';
  }
}

function askOnce(
  place: TitledPlace,
  question: ListQuestion,
  onPick: (choice: ListItem['choice']) => void,
): Promise<StepResult> {
  const pick = vscode.window.createQuickPick<ListItem>();
  const remove = { iconPath: new vscode.ThemeIcon('trash'), tooltip: vscode.l10n.t('Remove') };
  const update = (): void => {
    pick.items = itemsOf(question, remove);
  };
  pick.placeholder = question.placeholder;
  pick.onDidTriggerItemButton(({ item }) => {
    if (typeof item.choice !== 'object') return;
    question.remove(item.choice.key);
    update();
  });
  update();
  return ask(pick, place, undefined, () => {
    const item = pick.selectedItems[0];
    if (item === undefined) return undefined;
    onPick(item.choice);
    return 'next';
  });
}

function itemsOf(question: ListQuestion, remove: vscode.QuickInputButton): readonly ListItem[] {
  return [
    { label: vscode.l10n.t('Continue'), iconPath: new vscode.ThemeIcon('arrow-right'), choice: 'done' },
    { label: question.addLabel, iconPath: new vscode.ThemeIcon('add'), choice: 'add' },
    ...question.entries().map(({ key, label, description }): ListItem => ({
      label,
      description,
      iconPath: new vscode.ThemeIcon(question.icon),
      buttons: [remove],
      choice: { key },
    })),
  ];
}
