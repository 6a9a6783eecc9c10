import * as vscode from 'vscode';
import type { DevboxConfigView } from '../../api/contract/config.ts';
import type { Step } from '../shared/wizard.ts';
import { askMany } from '../shared/wizardInputs.ts';
import { presetGroups, templateGroups } from './draft.ts';
import { countText } from './summary.ts';
import type { Wizard } from './wizardParts.ts';

export type ExtensionGroup = DevboxConfigView['extensionGroups'][number];

export interface GroupItem extends vscode.QuickPickItem {
  readonly group: ExtensionGroup;
}

/** Which extensions it begins with. */
export function groupsStep({ title, draft, offer }: Wizard): Step {
  const { l10n } = vscode;
  return {
    id: 'groups',
    ask: (place) => {
      const { config } = offer();
      const required = templateGroups(draft);
      const chosen = draft.groups ?? presetGroups(draft, config);
      const items = config.extensionGroups.map((group) => groupItem(group, required.includes(group.key)));
      return askMany(
        { title, ...place },
        {
          items,
          selected: items.filter(({ group }) => chosen.includes(group.key)),
          required: items.filter(({ group }) => required.includes(group.key)),
          placeholder: l10n.t('Which extensions, with their settings? None is fine, too'),
          accept: (some) => {
            draft.groups = some.map(({ group }) => group.key);
          },
        },
      );
    },
  };
}

export function groupItem(group: ExtensionGroup, ofTemplate = false): GroupItem {
  const { l10n } = vscode;
  const parts = [countText(group.extensions.length, l10n)];
  if (group.description !== '') parts.push(group.description);
  if (ofTemplate) parts.push(l10n.t('comes with the template'));
  return { label: group.name, description: parts.join(' · '), detail: group.extensions.join(', '), group };
}
