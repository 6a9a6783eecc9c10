import type { DokployServer, ServerTargets } from '../../../../api/contract/dokploy.ts';
import type { Localizer } from '../../../shared/l10n.ts';
import { type SettingKey, settingLines } from '../settings/settings.ts';
import { type Draft, usualProject } from './draft.ts';

/** Options that no step asks for. */
export type OptionKey =
  Extract<SettingKey, 'registry' | 'env' | 'ports' | 'idleStopMinutes' | 'forwardAgent'> | OwnOption;
export type OwnOption = 'user' | 'sshd' | 'sshPorts';

/** One answer, and what gives another one: a step of the wizard, or a question of its own. */
export interface SummaryLine {
  readonly icon: string;
  readonly label: string;
  readonly value: string;
  readonly change: { readonly step: string } | { readonly option: OptionKey };
}

/** The settings that steps ask for, by the steps' ids. */
const asked: readonly SettingKey[] = ['image', 'resources', 'volumes'];

/** Everything that was chosen: first what was asked, then what could be asked. */
export function summaryLines(
  draft: Draft,
  known: { readonly servers: readonly Pick<DokployServer, 'id' | 'name'>[]; readonly offer: ServerTargets },
  l10n: Localizer,
): { readonly answers: readonly SummaryLine[]; readonly options: readonly SummaryLine[] } {
  const { servers, offer } = known;
  const settings = settingLines(draft.settings, draft, l10n);
  const setting = (key: SettingKey): readonly SummaryLine[] =>
    settings
      .filter((line) => line.key === key)
      .map(({ key, icon, label, value }) => ({
        icon,
        label,
        value,
        change: asked.includes(key) ? { step: key } : { option: key as OptionKey },
      }));
  const step = (id: string, icon: string, label: string, value: string): SummaryLine => ({
    icon,
    label,
    value,
    change: { step: id },
  });
  const server = servers.find(({ id }) => id === draft.serverId)?.name ?? '';
  return {
    answers: [
      step('name', 'tag', l10n.t('Name'), draft.name),
      ...(servers.length > 1 ? [step('server', 'server', l10n.t('Server'), server)] : []),
      step('project', 'project', l10n.t('Project'), projectText(draft, l10n)),
      step('environment', 'layers', l10n.t('Dokploy Environment'), environmentText(draft, l10n)),
      ...(offer.targets.length > 1 ? [step('target', 'vm', l10n.t('Machine'), targetText(draft, offer, l10n))] : []),
      step('kind', 'symbol-misc', l10n.t('Kind'), kindText(draft, l10n)),
      ...setting('image'),
      ...setting('resources'),
      ...setting('volumes'),
      step('repository', 'source-control', l10n.t('Repository'), repositoryText(draft, l10n)),
    ],
    options: [
      ...setting('registry'),
      ...setting('env'),
      ...setting('ports'),
      ...setting('idleStopMinutes'),
      ...setting('forwardAgent'),
      { icon: 'account', label: l10n.t('User'), value: draft.user, change: { option: 'user' } },
      { icon: 'terminal', label: l10n.t('SSH Server'), value: sshdText(draft, l10n), change: { option: 'sshd' } },
      { icon: 'plug', label: l10n.t('Port for SSH'), value: sshPortsText(draft, l10n), change: { option: 'sshPorts' } },
    ],
  };
}

function projectText({ project }: Draft, l10n: Localizer): string {
  const name = project?.name ?? usualProject;
  return project?.id === undefined ? l10n.t('{0} (new)', name) : name;
}

function environmentText({ environment }: Draft, l10n: Localizer): string {
  if (environment === undefined) return l10n.t('the default one of the project');
  return environment.id === undefined ? l10n.t('{0} (new)', environment.name) : environment.name;
}

function targetText({ target }: Draft, { targets }: ServerTargets, l10n: Localizer): string {
  return targets.find(({ id }) => id === target)?.name ?? l10n.t('the one that Dokploy is on');
}

export function kindText({ docker }: Draft, l10n: Localizer): string {
  return docker ? l10n.t('with Docker inside (privileged compose service)') : l10n.t('without Docker (application)');
}

function repositoryText({ gitUrl, gitBranch }: Draft, l10n: Localizer): string {
  if (gitUrl === '') return l10n.t('none');
  return gitBranch === ''
    ? l10n.t('cloned from {0}', gitUrl)
    : l10n.t('cloned from {0}, branch {1}', gitUrl, gitBranch);
}

export function sshdText({ sshd }: Draft, l10n: Localizer): string {
  return sshd === 'install'
    ? l10n.t('set up by Devyard, installed where the image has none')
    : l10n.t('started by the image itself');
}

function sshPortsText({ sshPorts: { from, to } }: Draft, l10n: Localizer): string {
  return from === to ? String(from) : l10n.t('the first free one from {0} to {1}', String(from), String(to));
}
