import type { StepResult } from '../../../shared/wizard.ts';
import { askText, type TitledPlace } from '../../../shared/wizardInputs.ts';

/** A question for one text that stands inside another question. */
export function askValue(
  place: TitledPlace,
  about: {
    readonly value: string;
    readonly prompt: string;
    readonly placeholder: string;
    readonly problemOf: (value: string) => string | undefined;
    readonly take: (value: string) => void;
    readonly password?: boolean;
  },
): Promise<StepResult> {
  const { value, prompt, placeholder, problemOf, take, password } = about;
  return askText(place, {
    value,
    prompt,
    placeholder,
    validate: problemOf,
    accept: (answer) => {
      take(answer);
      return undefined;
    },
    ...(password === true ? { password } : {}),
  });
}
