/** How a step of a wizard ended. */
export type StepResult = 'next' | 'back' | 'cancel';

/** One question. It keeps its answer itself, so that going back shows it again. */
export type Step = (place: { readonly step: number; readonly totalSteps: number }) => Promise<StepResult>;

/** Asks one question after the other, back and forth. True when all were answered, false when the person gave up. */
export async function runWizard(steps: readonly Step[]): Promise<boolean> {
  let index = 0;
  while (index < steps.length) {
    const step = steps[index];
    if (step === undefined) return false;
    const result = await step({ step: index + 1, totalSteps: steps.length });
    if (result === 'cancel' || (result === 'back' && index === 0)) return false;
    index += result === 'next' ? 1 : -1;
  }
  return true;
}
