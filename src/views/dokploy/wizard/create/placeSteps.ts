import * as vscode from 'vscode';
import type { Step, StepResult } from '../../../shared/wizard.ts';
import { askChoice, askText } from '../../../shared/wizardInputs.ts';
import { type Chosen, forgetPlace, usualProject } from './draft.ts';
import { placeNameProblem } from './problems.ts';
import type { Wizard } from './wizardParts.ts';

/** Where it goes: server, project, environment and machine. */
export function placeSteps(wizard: Wizard): {
  readonly server: Step;
  readonly project: readonly Step[];
  readonly environment: readonly Step[];
  readonly target: Step;
} {
  return {
    server: serverStep(wizard),
    project: projectSteps(wizard),
    environment: environmentSteps(wizard),
    target: targetStep(wizard),
  };
}

function serverStep({ title, draft, servers, load }: Wizard): Step {
  const { l10n } = vscode;
  return {
    id: 'server',
    applies: () => servers.length > 1,
    reopens: ['project', 'newProject', 'environment', 'newEnvironment', 'target'],
    ask: (place) => {
      const items = servers.map(({ id, name, url }) => ({
        label: name,
        description: url,
        iconPath: new vscode.ThemeIcon('server'),
        id,
      }));
      return askChoice(
        { title, ...place },
        {
          items,
          active: items.find(({ id }) => id === draft.serverId),
          placeholder: l10n.t('On which Dokploy server?'),
          accept: async ({ id }): Promise<StepResult> => {
            await load(id);
            if (id !== draft.serverId) forgetPlace(draft, 'server');
            draft.serverId = id;
            return 'next';
          },
        },
      );
    },
  };
}

interface PlaceItem extends vscode.QuickPickItem {
  /** Undefined: one that is still to be named. */
  readonly chosen: Chosen | undefined;
}

function projectSteps({ title, draft, offer }: Wizard): readonly Step[] {
  const { l10n } = vscode;
  let isNew = false;
  return [
    {
      id: 'project',
      reopens: ['newProject', 'environment', 'newEnvironment'],
      ask: (place) => {
        const { projects } = offer();
        const known = projects.map(({ id, name, environments }): PlaceItem => ({
          label: name,
          description: environments.map(({ name }) => name).join(', '),
          iconPath: new vscode.ThemeIcon('project'),
          chosen: { id, name },
        }));
        const usual: PlaceItem = {
          label: usualProject,
          description: l10n.t('made for it'),
          iconPath: new vscode.ThemeIcon('star'),
          chosen: { name: usualProject },
        };
        const other: PlaceItem = {
          label: l10n.t('New Project…'),
          iconPath: new vscode.ThemeIcon('add'),
          chosen: undefined,
        };
        const hasUsual = projects.some(({ name }) => name === usualProject);
        const items = [...(hasUsual ? [] : [usual]), ...known, other];
        const same = items.find(
          ({ chosen }) => chosen?.id === draft.project?.id && chosen?.name === draft.project?.name,
        );
        const preferred = items.find(({ chosen }) => chosen?.name === usualProject);
        return askChoice<PlaceItem>(
          { title, ...place },
          {
            items,
            active: draft.project === undefined ? preferred : (same ?? other),
            placeholder: l10n.t('In which project of Dokploy?'),
            accept: ({ chosen }) => {
              isNew = chosen === undefined;
              if (chosen === undefined) return 'next';
              if (chosen.id !== draft.project?.id || chosen.name !== draft.project?.name) forgetPlace(draft, 'project');
              draft.project = chosen;
              return 'next';
            },
          },
        );
      },
    },
    {
      id: 'newProject',
      applies: () => isNew,
      ask: (place) =>
        askText(
          { title, ...place },
          {
            value: draft.project?.id === undefined ? (draft.project?.name ?? '') : '',
            prompt: l10n.t('Name of the new project'),
            placeholder: l10n.t('For example: {0}', usualProject),
            validate: (value) =>
              placeNameProblem(
                value,
                offer().projects.map(({ name }) => name),
                l10n,
              ),
            accept: (value) => {
              if (draft.project?.id !== undefined) forgetPlace(draft, 'project');
              draft.project = { name: value.trim() };
              return undefined;
            },
          },
        ),
    },
  ];
}

function environmentSteps({ title, draft, offer }: Wizard): readonly Step[] {
  const { l10n } = vscode;
  let isNew = false;
  const environments = () => offer().projects.find(({ id }) => id === draft.project?.id)?.environments ?? [];
  return [
    {
      id: 'environment',
      reopens: ['newEnvironment'],
      ask: (place) => {
        const known = [...environments()]
          .sort((a, b) => Number(b.isDefault) - Number(a.isDefault))
          .map(({ id, name, isDefault }): PlaceItem & { readonly byDefault: boolean } => ({
            label: name,
            description: isDefault ? l10n.t('default') : '',
            iconPath: new vscode.ThemeIcon('layers'),
            chosen: { id, name },
            byDefault: isDefault,
          }));
        const usual = {
          label: l10n.t('Default Environment'),
          description: l10n.t('comes with the project'),
          iconPath: new vscode.ThemeIcon('star'),
          chosen: undefined,
          byDefault: true,
        };
        const other = {
          label: l10n.t('New Environment…'),
          iconPath: new vscode.ThemeIcon('add'),
          chosen: undefined,
          byDefault: false,
        };
        const items = [...(known.some(({ byDefault }) => byDefault) ? [] : [usual]), ...known, other];
        const { environment } = draft;
        const active =
          environment === undefined
            ? items.find(({ byDefault }) => byDefault)
            : (known.find(({ chosen }) => chosen?.id === environment.id) ?? other);
        return askChoice<(typeof items)[number]>(
          { title, ...place },
          {
            items,
            active,
            placeholder: l10n.t('In which environment of {0}?', draft.project?.name ?? usualProject),
            accept: ({ chosen, byDefault }) => {
              isNew = chosen === undefined && !byDefault;
              if (!isNew) draft.environment = chosen;
              return 'next';
            },
          },
        );
      },
    },
    {
      id: 'newEnvironment',
      applies: () => isNew,
      ask: (place) =>
        askText(
          { title, ...place },
          {
            value: draft.environment?.id === undefined ? (draft.environment?.name ?? '') : '',
            prompt: l10n.t('Name of the new environment'),
            placeholder: l10n.t('For example: staging'),
            validate: (value) =>
              placeNameProblem(
                value,
                environments().map(({ name }) => name),
                l10n,
              ),
            accept: (value) => {
              draft.environment = { name: value.trim() };
              return undefined;
            },
          },
        ),
    },
  ];
}

function targetStep({ title, draft, offer }: Wizard): Step {
  const { l10n } = vscode;
  return {
    id: 'target',
    applies: () => offer().targets.length > 1,
    ask: (place) => {
      const items = offer().targets.map(({ id, name, address }) => ({
        label: name,
        description: id === null ? l10n.t('Dokploy itself is on it') : address,
        iconPath: new vscode.ThemeIcon('vm'),
        id,
      }));
      return askChoice(
        { title, ...place },
        {
          items,
          active: items.find(({ id }) => id === draft.target),
          placeholder: l10n.t('Which machine runs it?'),
          matchOnDetail: true,
          accept: ({ id }) => {
            draft.target = id;
            return 'next';
          },
        },
      );
    },
  };
}
