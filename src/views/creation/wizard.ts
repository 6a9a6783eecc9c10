import * as vscode from 'vscode';
import { nameProblem } from '../codeServers/nameProblem.ts';
import { runWizard, type Step } from '../shared/wizard.ts';
import { askChoice, askText } from '../shared/wizardInputs.ts';
import { advancedStep } from './advancedStep.ts';
import { detailSteps } from './detailSteps.ts';
import { type Draft, newDraft } from './draft.ts';
import { groupsStep } from './groupsStep.ts';
import type { Offer } from './offer.ts';
import { sourceStep } from './sourceStep.ts';
import { summaryLines } from './summary.ts';
import { templateStep } from './templateStep.ts';
import type { Wizard } from './wizardParts.ts';

/**
 * Asks for everything a new code-server needs; undefined when the person gave up. `offer` is awaited while the name is
 * typed, and what it rejects with is thrown.
 */
export async function askForCodeServer(
  offer: Promise<Offer>,
): Promise<{ readonly draft: Draft; readonly offer: Offer } | undefined> {
  let known: Offer | undefined;
  const wizard: Wizard = {
    title: vscode.l10n.t('Create Code Server'),
    draft: newDraft(),
    offer: () => {
      if (known === undefined) throw new Error('The offer is awaited with the name.');
      return known;
    },
    offersAdvanced: () => known?.config.showAdvancedOptions === true,
  };
  const ready = async (): Promise<void> => {
    known = await offer;
  };
  const steps = [
    nameStep(wizard, ready),
    sourceStep(wizard),
    ...detailSteps(wizard),
    templateStep(wizard),
    groupsStep(wizard),
    advancedStep(wizard),
    summaryStep(wizard),
  ];
  return (await runWizard(steps)) ? { draft: wizard.draft, offer: wizard.offer() } : undefined;
}

function nameStep({ title, draft }: Wizard, ready: () => Promise<void>): Step {
  const { l10n } = vscode;
  return {
    id: 'name',
    ask: (place) =>
      askText(
        { title, ...place },
        {
          value: draft.name,
          prompt: l10n.t('Name of the code-server'),
          placeholder: l10n.t('For example: api'),
          validate: (value) => nameProblem(value, l10n),
          accept: async (value) => {
            draft.name = value.trim();
            await ready();
            return undefined;
          },
        },
      ),
  };
}

function summaryStep({ title, draft, offer }: Wizard): Step {
  const { l10n } = vscode;
  return {
    id: 'summary',
    ask: (place) => {
      const starts = [
        { label: l10n.t('Create and Start'), iconPath: new vscode.ThemeIcon('play'), start: true, step: undefined },
        { label: l10n.t('Create Only'), iconPath: new vscode.ThemeIcon('add'), start: false, step: undefined },
      ];
      const separator = {
        label: l10n.t('what was chosen (pick a line to change it)'),
        kind: vscode.QuickPickItemKind.Separator,
        start: undefined,
        step: undefined,
      };
      const lines = summaryLines(draft, offer().config, l10n).map(({ step, icon, label, value }) => ({
        label,
        description: value,
        iconPath: new vscode.ThemeIcon(icon),
        start: undefined,
        step,
      }));
      return askChoice(
        { title, ...place },
        {
          items: [...starts, separator, ...lines],
          active: starts.find(({ start }) => start === draft.start),
          placeholder: l10n.t('Create {0} like this?', draft.name),
          accept: ({ start, step }) => {
            if (step !== undefined) return { goTo: step };
            draft.start = start === true;
            return 'next';
          },
        },
      );
    },
  };
}
