import * as vscode from 'vscode';
import type { Step } from '../shared/wizard.ts';
import { askText } from '../shared/wizardInputs.ts';
import { branchProblem } from './problems.ts';

interface Cloning {
  readonly title: string;
  readonly draft: { gitBranch?: string | undefined };
}

/** Which branch of a repository is cloned, for a wizard that asks for one. */
export function branchStep({ title, draft }: Cloning, applies: () => boolean): Step {
  const { l10n } = vscode;
  return {
    id: 'branch',
    applies,
    ask: (place) =>
      askText(
        { title, ...place },
        {
          value: draft.gitBranch ?? '',
          prompt: l10n.t('Branch or tag (optional); leave it empty for the default branch'),
          placeholder: l10n.t('Default branch'),
          validate: (value) => branchProblem(value, l10n),
          accept: (value) => {
            draft.gitBranch = value.trim();
            return undefined;
          },
        },
      ),
  };
}
