import * as vscode from 'vscode';
import type { Place, Step, StepResult } from '../shared/wizard.ts';
import { askChoice, askText } from '../shared/wizardInputs.ts';
import { joinArguments, splitArguments } from './arguments.ts';
import type { Draft } from './draft.ts';
import { numberProblem } from './problems.ts';
import { type AdvancedKey, advancedLines } from './summary.ts';
import type { Wizard } from './wizardParts.ts';

/** Only where devbox.yaml says `show_advanced_options`: a list of options, each of which opens its own question. */
export function advancedStep({ title, draft, offer, offersAdvanced }: Wizard): Step {
  const { l10n } = vscode;
  return {
    id: 'advanced',
    applies: offersAdvanced,
    ask: async (place) => {
      for (;;) {
        const goOn = { label: l10n.t('Continue'), iconPath: new vscode.ThemeIcon('arrow-right'), key: undefined };
        const lines = advancedLines(draft, l10n).map(({ key, icon, label, value }) => ({
          label,
          description: value,
          iconPath: new vscode.ThemeIcon(icon),
          key,
        }));
        const picked: { key: AdvancedKey | undefined } = { key: undefined };
        const result = await askChoice(
          { title, ...place },
          {
            items: [goOn, ...lines],
            active: goOn,
            placeholder: l10n.t('Which option to change? None is fine, too'),
            accept: ({ key }) => {
              picked.key = key;
              return 'next';
            },
          },
        );
        if (result !== 'next' || picked.key === undefined) return result;
        if ((await askOption(picked.key, title, place, { draft, portRange: offer().config.portRange })) === 'cancel') {
          return 'cancel';
        }
      }
    },
  };
}

interface Given {
  readonly draft: Draft;
  readonly portRange: { readonly start: number; readonly end: number };
}

function askOption(key: AdvancedKey, title: string, place: Place, { draft, portRange }: Given): Promise<StepResult> {
  const { l10n } = vscode;
  const number = (
    current: number | undefined,
    prompt: string,
    [min, max]: readonly [number, number],
    take: (value: number | undefined) => void,
  ): Promise<StepResult> =>
    askText(
      { title, ...place },
      {
        value: current === undefined ? '' : String(current),
        prompt,
        placeholder: l10n.t('{0} to {1}', min, max),
        validate: (value) => numberProblem(value, min, max, l10n),
        accept: (value) => {
          take(value.trim() === '' ? undefined : Number(value));
          return undefined;
        },
      },
    );
  switch (key) {
    case 'port':
      return number(
        draft.port,
        l10n.t('Port; leave it empty for the first free one'),
        [portRange.start, portRange.end],
        (value) => {
          draft.port = value;
        },
      );
    case 'memoryLimitMb':
      return number(
        draft.memoryLimitMb,
        l10n.t('Most memory for its JavaScript, in MB; leave it empty for no limit'),
        [128, 1_048_576],
        (value) => {
          draft.memoryLimitMb = value;
        },
      );
    case 'stopWhenIdleMinutes':
      return number(
        draft.stopWhenIdleMinutes,
        l10n.t('Stop it after so many minutes without a browser; leave it empty for never'),
        [1, 10_080],
        (value) => {
          draft.stopWhenIdleMinutes = value;
        },
      );
    case 'args':
      return askText(
        { title, ...place },
        {
          value: joinArguments(draft.args),
          prompt: l10n.t('Further arguments for code-server; put quotes around one that holds blanks'),
          placeholder: l10n.t('For example: --disable-file-downloads'),
          validate: () => undefined,
          accept: (value) => {
            draft.args = splitArguments(value);
            return undefined;
          },
        },
      );
    case 'autoStart':
      draft.autoStart = !draft.autoStart;
      return Promise.resolve('next');
  }
}
