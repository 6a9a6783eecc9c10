import * as vscode from 'vscode';
import { branchStep } from '../../../creation/branchStep.ts';
import type { Step } from '../../../shared/wizard.ts';
import { askText } from '../../../shared/wizardInputs.ts';
import { askSetting } from '../settings/askSetting.ts';
import type { SettingKey } from '../settings/settings.ts';
import { namesakes, suggestedName } from './draft.ts';
import { repositoryProblem, workspaceNameProblem } from './problems.ts';
import type { Wizard } from './wizardParts.ts';

/** What it is made of: image, resources, volumes, repository and name. */
export function detailSteps(wizard: Wizard): readonly Step[] {
  const { draft } = wizard;
  return [
    { ...settingStep('image', wizard), reopens: ['registry'] },
    // An image that somebody typed may need a login; the usual ones do not.
    settingStep('registry', wizard, () => draft.settings.image !== undefined),
    settingStep('resources', wizard),
    settingStep('volumes', wizard),
    repositoryStep(wizard),
    branchStep(wizard, () => draft.gitUrl !== ''),
    nameStep(wizard),
  ];
}

function settingStep(key: SettingKey, { title, draft }: Wizard, applies?: () => boolean): Step {
  return {
    id: key,
    ...(applies === undefined ? {} : { applies }),
    ask: (place) => askSetting(key, { title, ...place }, draft.settings, draft),
  };
}

function repositoryStep({ title, draft }: Wizard): Step {
  const { l10n } = vscode;
  return {
    id: 'repository',
    reopens: ['branch'],
    ask: (place) =>
      askText(
        { title, ...place },
        {
          value: draft.gitUrl,
          prompt: l10n.t('Repository to clone into it: https://…, ssh://… or git@host:path; leave it empty for none'),
          placeholder: l10n.t('For example: https://git.example.com/team/project.git'),
          validate: (value) => repositoryProblem(value, l10n),
          accept: (value) => {
            draft.gitUrl = value.trim();
            return undefined;
          },
        },
      ),
  };
}

function nameStep({ title, draft, workspaces }: Wizard): Step {
  const { l10n } = vscode;
  return {
    id: 'name',
    ask: (place) =>
      askText(
        { title, ...place },
        {
          value: suggestedName(draft),
          prompt: l10n.t('Name of the workspace'),
          placeholder: l10n.t('For example: api'),
          validate: (value) => {
            const problem = workspaceNameProblem(value, l10n);
            if (problem !== undefined) return problem;
            const [same] = namesakes(draft, value, workspaces());
            return same && l10n.t('{0} is in this project already.', same.name);
          },
          accept: (value) => {
            draft.name = value.trim();
            return undefined;
          },
        },
      ),
  };
}
