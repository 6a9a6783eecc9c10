import type { DevboxConfigView } from '../../api/contract/config.ts';
import { formatDuration } from '../shared/format.ts';
import type { Localizer } from '../shared/l10n.ts';
import { joinArguments } from './arguments.ts';
import type { Draft } from './draft.ts';

/** One answer, and the step that gives another one. */
export interface SummaryLine {
  readonly step: string;
  readonly icon: string;
  readonly label: string;
  readonly value: string;
}

/** Everything that was chosen, in the order in which it was asked. */
export function summaryLines(draft: Draft, config: DevboxConfigView, l10n: Localizer): readonly SummaryLine[] {
  const lines: SummaryLine[] = [
    { step: 'name', icon: 'tag', label: l10n.t('Name'), value: draft.name },
    { step: 'source', icon: 'folder', label: l10n.t('Files'), value: sourceText(draft, l10n) },
    { step: 'groups', icon: 'extensions', label: l10n.t('Extensions'), value: groupsText(draft, config, l10n) },
  ];
  if (config.showAdvancedOptions) {
    const value = advancedLines(draft, l10n)
      .filter(({ isSet }) => isSet)
      .map(({ label, value }) => `${label}: ${value}`)
      .join(', ');
    const text = value === '' ? l10n.t('as usual') : value;
    lines.push({ step: 'advanced', icon: 'settings-gear', label: l10n.t('Advanced Options'), value: text });
  }
  return lines;
}

export type AdvancedKey = 'port' | 'memoryLimitMb' | 'args' | 'stopWhenIdleMinutes' | 'autoStart';

export interface AdvancedLine {
  readonly key: AdvancedKey;
  readonly icon: string;
  readonly label: string;
  readonly value: string;
  readonly isSet: boolean;
}

export function advancedLines(draft: Draft, l10n: Localizer): readonly AdvancedLine[] {
  const { port, memoryLimitMb, args, stopWhenIdleMinutes, autoStart } = draft;
  return [
    {
      key: 'port',
      icon: 'plug',
      label: l10n.t('Port'),
      value: port === undefined ? l10n.t('the first free one') : String(port),
      isSet: port !== undefined,
    },
    {
      key: 'memoryLimitMb',
      icon: 'dashboard',
      label: l10n.t('Memory Limit'),
      value: memoryLimitMb === undefined ? l10n.t('none') : l10n.t('{0} MB', memoryLimitMb),
      isSet: memoryLimitMb !== undefined,
    },
    {
      key: 'args',
      icon: 'terminal',
      label: l10n.t('Arguments'),
      value: args.length === 0 ? l10n.t('none') : joinArguments(args),
      isSet: args.length > 0,
    },
    {
      key: 'stopWhenIdleMinutes',
      icon: 'clock',
      label: l10n.t('Stop When Idle'),
      value: idleText(stopWhenIdleMinutes ?? null, l10n),
      isSet: stopWhenIdleMinutes !== undefined,
    },
    {
      key: 'autoStart',
      icon: 'rocket',
      label: l10n.t('Start with Devyard'),
      value: autoStart ? l10n.t('yes') : l10n.t('no'),
      isSet: autoStart,
    },
  ];
}

/** After how long without a browser it stops: `after 30 min`, `never`. */
export function idleText(minutes: number | null, l10n: Localizer): string {
  return minutes === null ? l10n.t('never') : l10n.t('after {0}', formatDuration(minutes * 60_000, l10n));
}

function sourceText(draft: Draft, l10n: Localizer): string {
  const { source, folder, workspaceFolder, archive, gitUrl, gitBranch, template } = draft;
  switch (source) {
    case 'folder':
      return folder ?? '';
    case 'workspace':
      return workspaceFolder ?? '';
    case 'archive':
      return l10n.t('unpacked from {0}', archive ?? '');
    case 'git':
      return gitBranch === undefined || gitBranch === ''
        ? l10n.t('cloned from {0}', gitUrl ?? '')
        : l10n.t('cloned from {0}, branch {1}', gitUrl ?? '', gitBranch);
    case 'template':
      return l10n.t('template {0}', template?.item.name ?? '');
    case 'empty':
    case undefined:
  }
  return l10n.t('a new empty folder');
}

function groupsText({ groups = [] }: Draft, { extensionGroups }: DevboxConfigView, l10n: Localizer): string {
  const chosen = extensionGroups.filter(({ key }) => groups.includes(key));
  if (chosen.length === 0) return l10n.t('none');
  const count = new Set(chosen.flatMap(({ extensions }) => extensions.map((id) => id.toLowerCase()))).size;
  const names = chosen.map(({ name }) => name).join(', ');
  return l10n.t('{0} ({1})', names, countText(count, l10n));
}

export function countText(count: number, l10n: Localizer): string {
  return count === 1 ? l10n.t('1 extension') : l10n.t('{0} extensions', count);
}
