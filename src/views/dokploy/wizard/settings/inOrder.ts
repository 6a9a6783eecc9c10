import type { StepResult } from '../../../shared/wizard.ts';

/** Several questions that make one step: back leads to the one before, and out of the step at the first. */
export async function inOrder(questions: readonly (() => Promise<StepResult>)[]): Promise<StepResult> {
  let index = 0;
  for (let question = questions[0]; question !== undefined; question = questions[index]) {
    const result = await question();
    if (result === 'next') index += 1;
    else if (result === 'back' && index > 0) index -= 1;
    else return result;
  }
  return 'next';
}
