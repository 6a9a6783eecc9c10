import type { CodeServer } from '../../api/contract/codeServers.ts';
import type { Job } from '../../api/contract/jobs.ts';
import { formatAge, formatBytes, formatPercent } from '../shared/format.ts';
import type { Localizer } from '../shared/l10n.ts';
import type { Presentation } from '../shared/presentation.ts';
import { jobText } from '../shared/jobText.ts';

export type Status = CodeServer['state']['status'];

/** How a code-server looks in a list. `now` in milliseconds since the epoch; `job`: what is being done for it. */
export function present(codeServer: CodeServer, now: number, l10n: Localizer, job?: Job): Presentation {
  const { state, autoStart } = codeServer;
  const description = describe(codeServer, now, l10n, job);
  return {
    label: codeServer.name,
    description,
    contextValue: `codeServer;${state.status};${job === undefined ? '' : 'job;'}${autoStart ? 'autoStart;' : ''}`,
    // A stopped one that is worked on is anything but idle.
    ...icons[job !== undefined && state.status === 'stopped' ? 'creating' : state.status],
    accessibleLabel: l10n.t('{0}, code-server, {1}', codeServer.name, description.replaceAll(' · ', ', ')),
  };
}

/** The state in one word or two. */
export function statusText(status: Status, l10n: Localizer): string {
  const texts: Record<Status, string> = {
    creating: l10n.t('creating'),
    stopped: l10n.t('stopped'),
    starting: l10n.t('starting'),
    running: l10n.t('running'),
    unhealthy: l10n.t('unhealthy'),
    stopping: l10n.t('stopping'),
    failed: l10n.t('failed'),
  };
  return texts[status];
}

/** How a failed process ended: `exit 1`, `SIGKILL`, or undefined where nobody knows. */
export function exitText(
  state: Extract<CodeServer['state'], { status: 'failed' }>,
  l10n: Localizer,
): string | undefined {
  if (state.signal !== null) return state.signal;
  return state.exitCode === null ? undefined : l10n.t('exit {0}', state.exitCode);
}

const icons: Record<Status, { readonly icon: string; readonly color: string | undefined }> = {
  creating: { icon: 'loading~spin', color: undefined },
  stopped: { icon: 'circle-outline', color: 'disabledForeground' },
  starting: { icon: 'loading~spin', color: 'charts.blue' },
  running: { icon: 'circle-filled', color: 'testing.iconPassed' },
  unhealthy: { icon: 'warning', color: 'list.warningForeground' },
  stopping: { icon: 'loading~spin', color: undefined },
  failed: { icon: 'error', color: 'list.errorForeground' },
};

function describe(codeServer: CodeServer, now: number, l10n: Localizer, job: Job | undefined): string {
  const { state, metrics, port } = codeServer;
  const status = statusText(state.status, l10n);
  // What is under way is worth more of a narrow row than port and memory.
  if (job !== undefined) {
    const unfinished = job.kind === 'codeServer.create' && state.status === 'stopped';
    return joined(unfinished ? statusText('creating', l10n) : status, jobText(job, l10n));
  }
  // A process that was only just born has no memory yet.
  const usage =
    metrics === null || metrics.memoryBytes === 0
      ? []
      : [formatPercent(metrics.cpuPercent), formatBytes(metrics.memoryBytes)];
  switch (state.status) {
    case 'starting':
      return joined(status, state.step);
    case 'running':
      return joined(status, `:${String(port)}`, ...usage);
    case 'unhealthy':
      return joined(status, state.reason, `:${String(port)}`, ...usage);
    case 'failed':
      return joined(status, exitText(state, l10n) ?? state.reason, formatAge(now - state.at, l10n));
    case 'creating':
    case 'stopped':
    case 'stopping':
  }
  return status;
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}
