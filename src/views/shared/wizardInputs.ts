import * as vscode from 'vscode';
import type { StepResult } from './wizard.ts';

interface Place {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
}

/** Asks for a text. `validate` gives what is wrong with it, or undefined. */
export async function askText(
  place: Place,
  options: { value: string; prompt: string; placeholder: string; validate: (value: string) => string | undefined },
  accept: (value: string) => void,
): Promise<StepResult> {
  const input = vscode.window.createInputBox();
  input.value = options.value;
  input.prompt = options.prompt;
  input.placeholder = options.placeholder;
  input.onDidChangeValue((value) => {
    input.validationMessage = options.validate(value);
  });
  return await ask(input, place, () => {
    input.validationMessage = options.validate(input.value);
    if (input.validationMessage !== undefined) return false;
    accept(input.value);
    return true;
  });
}

/** Asks for one of several answers. */
export async function askChoice<Item extends vscode.QuickPickItem>(
  place: Place,
  options: { items: readonly Item[]; active: Item | undefined; placeholder: string },
  accept: (item: Item) => void,
): Promise<StepResult> {
  const pick = vscode.window.createQuickPick<Item>();
  pick.items = options.items;
  pick.placeholder = options.placeholder;
  if (options.active !== undefined) pick.activeItems = [options.active];
  return await ask(pick, place, () => {
    const item = pick.selectedItems[0];
    if (item === undefined) return false;
    accept(item);
    return true;
  });
}

async function ask(
  input: vscode.InputBox | vscode.QuickPick<vscode.QuickPickItem>,
  { title, step, totalSteps }: Place,
  accepted: () => boolean,
): Promise<StepResult> {
  input.title = title;
  input.step = step;
  input.totalSteps = totalSteps;
  input.ignoreFocusOut = true;
  if (step > 1) input.buttons = [vscode.QuickInputButtons.Back];
  try {
    return await new Promise<StepResult>((resolve) => {
      input.onDidAccept(() => {
        if (accepted()) resolve('next');
      });
      input.onDidTriggerButton((button) => {
        if (button === vscode.QuickInputButtons.Back) resolve('back');
      });
      input.onDidHide(() => resolve('cancel'));
      input.show();
    });
  } finally {
    input.dispose();
  }
}
