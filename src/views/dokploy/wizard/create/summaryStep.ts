import * as vscode from 'vscode';
import type { Place, Step, StepResult } from '../../../shared/wizard.ts';
import { askChoice } from '../../../shared/wizardInputs.ts';
import { askSetting } from '../settings/askSetting.ts';
import { askValue } from '../settings/askValue.ts';
import { parsePortRange, portRangeProblem } from '../settings/ports.ts';
import { userProblem } from './problems.ts';
import { type OptionKey, type SummaryLine, summaryLines } from './summary.ts';
import type { Wizard } from './wizardParts.ts';

interface SummaryItem extends vscode.QuickPickItem {
  /** Undefined: create it. */
  readonly change?: SummaryLine['change'];
}

/** Shows everything that was chosen; what nobody asked for so far can be chosen from here. */
export function summaryStep(wizard: Wizard): Step {
  const { title, draft, servers, offer } = wizard;
  const { l10n } = vscode;
  return {
    id: 'summary',
    ask: async (place) => {
      for (;;) {
        const { answers, options } = summaryLines(draft, { servers, offer: offer() }, l10n);
        const create: SummaryItem = { label: l10n.t('Create'), iconPath: new vscode.ThemeIcon('add') };
        const picked: { option: OptionKey | undefined } = { option: undefined };
        const result = await askChoice<SummaryItem>(
          { title, ...place },
          {
            items: [
              create,
              separator(l10n.t('what was chosen (pick a line to change it)')),
              ...answers.map(itemOf),
              separator(l10n.t('what else can be chosen')),
              ...options.map(itemOf),
            ],
            active: create,
            placeholder: l10n.t('Create {0} like this?', draft.name),
            accept: ({ change }) => {
              if (change === undefined) return 'next';
              if ('step' in change) return { goTo: change.step };
              picked.option = change.option;
              return 'next';
            },
          },
        );
        if (result !== 'next' || picked.option === undefined) return result;
        if ((await askOption(picked.option, place, wizard)) === 'cancel') return 'cancel';
      }
    },
  };
}

function itemOf({ label, value, icon, change }: SummaryLine): SummaryItem {
  return { label, description: value, iconPath: new vscode.ThemeIcon(icon), change };
}

function separator(label: string): SummaryItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

function askOption(option: OptionKey, place: Place, { title, draft }: Wizard): Promise<StepResult> {
  const { l10n } = vscode;
  const titled = { title, ...place };
  switch (option) {
    case 'user':
      return askValue(titled, {
        value: draft.user,
        prompt: l10n.t('Who logs in; made where the image has no such user'),
        placeholder: l10n.t('For example: dev'),
        problemOf: (value) => userProblem(value, l10n),
        take: (value) => {
          draft.user = value.trim();
        },
      });
    case 'sshPorts':
      return askValue(titled, {
        value: `${String(draft.sshPorts.from)}-${String(draft.sshPorts.to)}`,
        prompt: l10n.t('Ports of the machine; the first free one is taken for SSH'),
        placeholder: l10n.t('For example: 2222-2250'),
        problemOf: (value) => portRangeProblem(value, l10n),
        take: (value) => {
          draft.sshPorts = parsePortRange(value) ?? draft.sshPorts;
        },
      });
    case 'sshd':
      draft.sshd = draft.sshd === 'install' ? 'image' : 'install';
      return Promise.resolve('next');
    case 'registry':
    case 'env':
    case 'ports':
    case 'idleStopMinutes':
    case 'forwardAgent':
      return askSetting(option, titled, draft.settings, draft);
  }
}
