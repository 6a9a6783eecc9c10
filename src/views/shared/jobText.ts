import type { Job } from '../../api/contract/jobs.ts';
import type { Localizer } from './l10n.ts';

/** What a job does at the moment: `cloning: receiving objects 45 %`; empty once it has ended. */
export function jobText(job: Job, l10n: Localizer): string {
  const { state } = job;
  if (state.status !== 'running') return '';
  const percent = percentOf(job);
  return percent === undefined ? state.step : l10n.t('{0} {1} %', state.step, percent);
}

/** How far a running job is, in whole percent; undefined where that is not known, or where its step counts parts. */
export function percentOf({ state, items }: Job): number | undefined {
  if (state.status !== 'running' || state.fraction === null) return undefined;
  return items.some(({ status }) => status === 'running') ? undefined : Math.round(state.fraction * 100);
}

/** Names of the parts that failed, and why each did: `a.b: It is not in the gallery.` */
export function failedItems({
  items,
}: Job): readonly { readonly name: string; readonly message: string | undefined }[] {
  return items.flatMap(({ name, status, message }) => (status === 'failed' ? [{ name, message }] : []));
}
