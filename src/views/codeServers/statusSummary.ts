import type { CodeServer } from '../../api/contract/codeServers.ts';
import type { Job } from '../../api/contract/jobs.ts';
import { commandUri, escapeMarkdown } from '../shared/format.ts';
import type { Localizer } from '../shared/l10n.ts';
import type { SessionState } from '../shared/sessionState.ts';
import type { StatusSummary } from '../shared/statusSummary.ts';
import { isBusy } from './actions.ts';
import { jobText } from '../shared/jobText.ts';
import { type Status, statusText } from './presentation.ts';
import { linksOf } from './tooltip.ts';

/** Undefined while there is nothing to say. `codeServers` in the order in which they are listed, `jobs` those that run. */
export function summarize(
  session: SessionState,
  codeServers: readonly CodeServer[],
  l10n: Localizer,
  jobs: readonly Job[] = [],
): StatusSummary | undefined {
  if (session.status === 'down') return session.kind === 'failed' ? blockedBy(session.reason.message, l10n) : undefined;
  const count = (...statuses: readonly Status[]): number =>
    codeServers.filter((one) => statuses.includes(one.state.status)).length;
  const running = count('running', 'unhealthy');
  const failed = count('failed');
  const busy = jobs.length > 0 || codeServers.some((one) => isBusy(one.state.status));
  if (running === 0 && failed === 0 && !busy) return undefined;
  const parts = [
    busy ? '$(loading~spin)' : '$(server)',
    ...(running > 0 ? [l10n.t('{0} running', running)] : []),
    ...(failed > 0 ? [`✕${String(failed)}`] : []),
  ];
  const words = [
    l10n.t('{0} running', running),
    ...(failed > 0 ? [l10n.t('{0} failed', failed)] : []),
    ...(busy ? [l10n.t('busy')] : []),
  ];
  const lines = codeServers
    .map((one) => ({ one, job: jobs.find((job) => job.resourceId === one.id) }))
    .filter(({ one, job }) => one.state.status !== 'stopped' || job !== undefined)
    .map(({ one, job }) => `${lineIcon(one.state.status, job)} ${lineText(one, l10n, job)} — ${linksOf(one, l10n)}`);
  return {
    text: parts.join(' '),
    tooltip: [`**${l10n.t('Code Servers')}**`, ...lines].join('\n\n'),
    accessibleLabel: l10n.t('Devyard code-servers: {0}', words.join(', ')),
    blocked: false,
  };
}

function blockedBy(message: string, l10n: Localizer): StatusSummary {
  const links = [
    `[${l10n.t('Restart')}](${commandUri('devyard.daemon.restart')})`,
    `[${l10n.t('Show Logs')}](${commandUri('devyard.daemon.showLogs')})`,
  ];
  return {
    text: '$(server) $(warning)',
    tooltip: `${escapeMarkdown(message)}\n\n${links.join(' · ')}`,
    accessibleLabel: l10n.t('Devyard cannot be reached: {0}', message),
    blocked: true,
  };
}

function lineText({ name, port, state }: CodeServer, l10n: Localizer, job: Job | undefined): string {
  const text = `**${escapeMarkdown(name)}** ${statusText(state.status, l10n)}`;
  if (job !== undefined) return `${text} · ${escapeMarkdown(jobText(job, l10n))}`;
  return state.status === 'running' || state.status === 'unhealthy' ? `${text} · :${String(port)}` : text;
}

function lineIcon(status: Status, job: Job | undefined): string {
  if (job !== undefined) return '$(loading~spin)';
  if (status === 'failed') return '$(error)';
  if (status === 'unhealthy') return '$(warning)';
  return isBusy(status) ? '$(loading~spin)' : '$(circle-filled)';
}
