import * as vscode from 'vscode';
import type { Step } from '../../../shared/wizard.ts';
import { askChoice } from '../../../shared/wizardInputs.ts';
import type { Wizard } from './wizardParts.ts';

/** With or without Docker inside, and what that means on Dokploy. */
export function kindStep({ title, draft }: Wizard): Step {
  const { l10n } = vscode;
  return {
    id: 'kind',
    // An image suits one kind only, and what is usual differs.
    reopens: ['image'],
    ask: (place) => {
      const items = [
        {
          label: l10n.t('Without Docker'),
          description: l10n.t('an application of Dokploy'),
          detail: l10n.t('A container like any other: as much as most work needs'),
          iconPath: new vscode.ThemeIcon('vm'),
          docker: false,
        },
        {
          label: l10n.t('With Docker Inside'),
          description: l10n.t('a privileged compose service, which an application cannot be'),
          detail: l10n.t('An engine of its own, and Compose; whoever is in it can control the machine'),
          iconPath: new vscode.ThemeIcon('package'),
          docker: true,
        },
      ];
      return askChoice(
        { title, ...place },
        {
          items,
          active: items.find(({ docker }) => docker === draft.docker),
          placeholder: l10n.t('Does it need Docker inside?'),
          accept: ({ docker }) => {
            if (docker !== draft.docker) Object.assign(draft.settings, { image: undefined, registry: null });
            draft.docker = docker;
            return 'next';
          },
        },
      );
    },
  };
}
