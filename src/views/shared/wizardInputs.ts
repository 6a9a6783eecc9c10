import * as vscode from 'vscode';
import type { Place, StepResult } from './wizard.ts';

/** A step of a titled wizard. */
export interface TitledPlace extends Place {
  readonly title: string;
}

/** A further button of a question. What `press` gives becomes the text of an input box; the question goes on. */
export interface QuestionButton {
  readonly icon: string;
  readonly tooltip: string;
  readonly press: () => PromiseLike<string | undefined>;
}

export interface TextQuestion {
  readonly value: string;
  readonly prompt: string;
  readonly placeholder: string;
  /** What is wrong with the text while it is typed, or undefined. */
  readonly validate: (value: string) => string | undefined;
  /** Takes the answer; gives what is wrong with it after all. The box is busy meanwhile. */
  readonly accept: (value: string) => Promise<string | undefined> | string | undefined;
  readonly button?: QuestionButton;
  /** A secret: its characters are not shown. */
  readonly password?: boolean;
}

/** Asks for a text. */
export async function askText(place: TitledPlace, question: TextQuestion): Promise<StepResult> {
  const input = vscode.window.createInputBox();
  input.value = question.value;
  input.prompt = question.prompt;
  input.placeholder = question.placeholder;
  input.password = question.password === true;
  input.onDidChangeValue((value) => {
    input.validationMessage = question.validate(value);
  });
  const told = (problem: string | undefined): StepResult | undefined => {
    input.validationMessage = problem;
    return problem === undefined ? 'next' : undefined;
  };
  return await ask(input, place, question.button, () => {
    const problem = question.validate(input.value) ?? question.accept(input.value);
    return problem instanceof Promise ? problem.then(told) : told(problem);
  });
}

export interface ChoiceQuestion<Item extends vscode.QuickPickItem> {
  readonly items: readonly Item[];
  readonly active: Item | undefined;
  readonly placeholder: string;
  readonly matchOnDetail?: boolean;
  /** Takes the answer; gives how the step ends. Undefined: the question goes on. The list is busy meanwhile. */
  readonly accept: (item: Item) => StepResult | undefined | Promise<StepResult | undefined>;
  readonly onItemButton?: (item: Item, button: vscode.QuickInputButton) => void;
}

/** Asks for one of several answers. */
export async function askChoice<Item extends vscode.QuickPickItem>(
  place: TitledPlace,
  question: ChoiceQuestion<Item>,
): Promise<StepResult> {
  const pick = vscode.window.createQuickPick<Item>();
  pick.items = question.items;
  pick.placeholder = question.placeholder;
  pick.matchOnDetail = question.matchOnDetail === true;
  if (question.active !== undefined) pick.activeItems = [question.active];
  pick.onDidTriggerItemButton(({ item, button }) => question.onItemButton?.(item, button));
  return await ask(pick, place, undefined, () => {
    const item = pick.selectedItems[0];
    return item === undefined ? undefined : question.accept(item);
  });
}

export interface ManyQuestion<Item extends vscode.QuickPickItem> {
  readonly items: readonly Item[];
  readonly selected: readonly Item[];
  /** These cannot be taken out. */
  readonly required: readonly Item[];
  readonly placeholder: string;
  readonly accept: (items: readonly Item[]) => void;
}

/** Asks for any number of answers. */
export async function askMany<Item extends vscode.QuickPickItem>(
  place: TitledPlace,
  question: ManyQuestion<Item>,
): Promise<StepResult> {
  const pick = vscode.window.createQuickPick<Item>();
  const withRequired = (some: readonly Item[]): readonly Item[] =>
    question.items.filter((item) => some.includes(item) || question.required.includes(item));
  pick.canSelectMany = true;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.items = question.items;
  pick.selectedItems = withRequired(question.selected);
  pick.placeholder = question.placeholder;
  pick.onDidChangeSelection((items) => {
    if (withRequired(items).length !== items.length) pick.selectedItems = withRequired(items);
  });
  return await ask(pick, place, undefined, () => {
    question.accept(withRequired(pick.selectedItems));
    return 'next';
  });
}

/** Shows a question until `accepted` says how it ended, or the person goes back or gives up. */
export async function ask<Item extends vscode.QuickPickItem>(
  input: vscode.InputBox | vscode.QuickPick<Item>,
  { title, step, totalSteps }: TitledPlace,
  extra: QuestionButton | undefined,
  accepted: () => StepResult | undefined | Promise<StepResult | undefined>,
): Promise<StepResult> {
  input.title = title;
  // A question that stands alone is no step of anything.
  if (totalSteps > 1) {
    input.step = step;
    input.totalSteps = totalSteps;
  }
  input.ignoreFocusOut = true;
  const button = extra && { iconPath: new vscode.ThemeIcon(extra.icon), tooltip: extra.tooltip };
  input.buttons = [...(step > 1 ? [vscode.QuickInputButtons.Back] : []), ...(button === undefined ? [] : [button])];
  let disposed = false;
  /** A dialog has taken the place of the question for a while. */
  let elsewhere = false;
  const whileBusy = async (answer: Promise<StepResult | undefined>): Promise<StepResult | undefined> => {
    input.busy = true;
    input.enabled = false;
    try {
      return await answer;
    } finally {
      input.busy = false;
      input.enabled = true;
    }
  };
  const press = async (): Promise<void> => {
    elsewhere = true;
    try {
      const text = await extra?.press();
      if (text !== undefined && 'value' in input) input.value = text;
    } finally {
      elsewhere = false;
      if (!disposed) input.show();
    }
  };
  try {
    return await new Promise<StepResult>((resolve, reject) => {
      input.onDidAccept(() => {
        const settle = (result: StepResult | undefined): void => {
          if (result !== undefined) resolve(result);
        };
        const answer = accepted();
        // At once where that can be: the next thing a person does hides this question, which must not count as giving up.
        if (answer instanceof Promise) whileBusy(answer).then(settle, reject);
        else settle(answer);
      });
      input.onDidTriggerButton((pressed) => {
        if (pressed === vscode.QuickInputButtons.Back) resolve('back');
        else press().catch(reject);
      });
      input.onDidHide(() => {
        if (!elsewhere) resolve('cancel');
      });
      input.show();
    });
  } finally {
    disposed = true;
    input.dispose();
  }
}
