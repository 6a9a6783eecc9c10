import type { DevServer } from '../../api/contract/devServers.ts';
import { escapeMarkdown } from '../shared/format.ts';
import type { Localizer } from '../shared/l10n.ts';
import type { StatusSummary } from '../shared/statusSummary.ts';
import { failuresOf, isAlive, isBlocked, isDevBusy } from './actions.ts';
import { presentProject } from './presentation.ts';
import { projectLinks } from './tooltip.ts';

/** Undefined while there is nothing to say. `devServers` in the order in which they are listed; `now` as everywhere. */
export function summarizeDevServers(
  devServers: readonly DevServer[],
  now: number,
  l10n: Localizer,
): StatusSummary | undefined {
  const up = devServers.filter((one) => one.mode === 'external' || isAlive(one)).length;
  const failed = devServers.reduce((sum, one) => sum + failuresOf(one), 0);
  const busy = devServers.some(isDevBusy);
  if (up === 0 && failed === 0 && !busy) return undefined;
  const parts = [
    busy ? '$(loading~spin)' : '$(zap)',
    ...(up > 0 ? [String(up)] : []),
    ...(failed > 0 ? [`✕${String(failed)}`] : []),
  ];
  const words = [
    l10n.t('{0} running', up),
    ...(failed > 0 ? [l10n.t('{0} failed', failed)] : []),
    ...(busy ? [l10n.t('busy')] : []),
  ];
  const lines = devServers
    .filter((one) => one.mode !== 'idle' || one.stopping || failuresOf(one) > 0)
    .map((one) => {
      const { label, description, icon } = presentProject(one, now, l10n);
      return `$(${icon}) **${escapeMarkdown(label)}** ${escapeMarkdown(description)} — ${projectLinks(one, l10n)}`;
    });
  return {
    text: parts.join(' '),
    tooltip: [`**${l10n.t('Dev Servers')}**`, ...lines].join('\n\n'),
    accessibleLabel: l10n.t('Devyard dev servers: {0}', words.join(', ')),
    blocked: devServers.some(isBlocked),
  };
}
