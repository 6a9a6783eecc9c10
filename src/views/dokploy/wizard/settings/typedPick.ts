import * as vscode from 'vscode';
import type { StepResult } from '../../../shared/wizard.ts';
import { ask, type TitledPlace } from '../../../shared/wizardInputs.ts';

export interface Suggestion extends vscode.QuickPickItem {
  /** What choosing it answers; undefined: the usual one. Missing in separators. */
  readonly value?: string | undefined;
}

export interface TypedQuestion {
  readonly suggestions: readonly Suggestion[];
  /** What is in the box at first. */
  readonly value: string;
  readonly placeholder: string;
  /** What is wrong with a text that was typed, or undefined. */
  readonly problemOf: (text: string) => string | undefined;
  /** Stands behind a text that was typed. */
  readonly useIt: string;
  readonly accept: (value: string | undefined) => StepResult;
}

interface TypedItem extends Suggestion {
  readonly problem?: string;
}

/** Asks for a text of which some are likely: whatever is typed heads the list of suggestions. */
export async function askTyped(place: TitledPlace, question: TypedQuestion): Promise<StepResult> {
  const pick = vscode.window.createQuickPick<TypedItem>();
  const update = (text: string): void => {
    const typed = text.trim();
    pick.items = typed === '' ? question.suggestions : [typedItem(typed, question), ...question.suggestions];
  };
  pick.placeholder = question.placeholder;
  pick.matchOnDescription = true;
  pick.value = question.value;
  pick.onDidChangeValue(update);
  update(question.value);
  return await ask(pick, place, undefined, () => {
    const item = pick.selectedItems[0];
    // What is wrong stands beside the text; the question goes on.
    return item === undefined || item.problem !== undefined ? undefined : question.accept(item.value);
  });
}

function typedItem(typed: string, { problemOf, useIt }: TypedQuestion): TypedItem {
  const problem = problemOf(typed);
  return {
    label: typed,
    description: problem ?? useIt,
    iconPath: new vscode.ThemeIcon(problem === undefined ? 'edit' : 'error'),
    alwaysShow: true,
    value: typed,
    ...(problem === undefined ? {} : { problem }),
  };
}
