/** How a step of a wizard ended. `goTo`: the person wants to answer that step's question again. */
export type StepResult = 'next' | 'back' | 'cancel' | { readonly goTo: string };

export interface Place {
  /** From 1. */
  readonly step: number;
  readonly totalSteps: number;
}

/** One question. It keeps its answer itself, so that going back shows it again. */
export interface Step {
  readonly id: string;
  /** False while other answers make the question pointless. Missing: always asked. */
  readonly applies?: () => boolean;
  /** Steps whose answers no longer hold, or have to be confirmed, once this one was answered. */
  readonly reopens?: readonly string[];
  readonly ask: (place: Place) => Promise<StepResult>;
}

/**
 * Asks one question after the other, back and forth. Whoever was sent to an earlier question comes back to the one that
 * sent them, over what that answer made necessary. True when all were answered, false when the person gave up.
 */
export async function runWizard(steps: readonly Step[]): Promise<boolean> {
  const asked = (): readonly Step[] => steps.filter((step) => step.applies?.() !== false);
  let current = asked()[0];
  const answered = new Set<string>();
  let detour: { readonly from: Step; readonly to: Step } | undefined;
  while (current !== undefined) {
    const before = asked();
    const result = await current.ask({ step: before.indexOf(current) + 1, totalSteps: before.length });
    if (result === 'next') {
      answered.add(current.id);
      for (const id of current.reopens ?? []) answered.delete(id);
    }
    const now = asked();
    const index = now.indexOf(current);
    const open = detour && now.slice(0, now.indexOf(detour.from)).find(({ id }) => !answered.has(id));
    if (result === 'cancel') return false;
    if (result === 'back') {
      const returns = detour?.to === current && open === undefined;
      const target: Step | undefined = returns ? detour?.from : now[index - 1];
      if (target === undefined) return false;
      if (returns) detour = undefined;
      current = target;
    } else if (result === 'next') {
      if (detour === undefined) {
        if (index === now.length - 1) return true;
        current = now[index + 1];
      } else {
        current = open ?? detour.from;
        if (open === undefined) detour = undefined;
      }
    } else {
      const target = now.find(({ id }) => id === result.goTo);
      if (target === undefined) throw new Error(`The wizard has no step ${result.goTo} now.`);
      detour = { from: current, to: target };
      current = target;
    }
  }
  return false;
}
