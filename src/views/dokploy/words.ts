import type { ServerConnection, Workspace } from '../../api/contract/dokploy.ts';
import type { Job } from '../../api/contract/jobs.ts';
import { jobText } from '../shared/jobText.ts';
import type { Localizer } from '../shared/l10n.ts';

type ServerProblem = Extract<ServerConnection, { readonly status: 'failing' }>['problem'];

/** What is wrong with a server, in few words. */
export function problemWord(problem: ServerProblem, l10n: Localizer): string {
  const words: Record<ServerProblem, string> = {
    unreachable: l10n.t('unreachable'),
    certificate: l10n.t('certificate not trusted'),
    'bad-key': l10n.t('API key not accepted'),
    'revoked-key': l10n.t('API key revoked'),
    'rate-limited-key': l10n.t('API key used up'),
    forbidden: l10n.t('permission missing'),
    'not-dokploy': l10n.t('no Dokploy there'),
    failing: l10n.t('failing'),
  };
  return words[problem];
}

/** A workspace's state in one word or two. */
export function statusWord(status: Workspace['state']['status'], l10n: Localizer): string {
  const words: Record<Workspace['state']['status'], string> = {
    unverified: l10n.t('unverified'),
    deploying: l10n.t('deploying'),
    running: l10n.t('running'),
    stopped: l10n.t('stopped'),
    failed: l10n.t('failed'),
    gone: l10n.t('gone'),
  };
  return words[status];
}

/** What a job does: `starting · waiting for SSH`, `creating · pulling the image 40 %`. Empty once it has ended. */
export function workText(job: Job, l10n: Localizer): string {
  // What a task says begins with a capital letter, and stands behind other words here.
  const text = jobText(job, l10n).replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase());
  const word = workWord(job.kind, l10n);
  if (text === '') return '';
  return word === '' || text.startsWith(word) ? text : `${word} · ${text}`;
}

/** `dokploy.stop`: *stopping*. Empty for work of another kind. */
function workWord(kind: string, l10n: Localizer): string {
  switch (kind.split('.').at(-1) ?? '') {
    case 'create':
      return l10n.t('creating');
    case 'start':
      return l10n.t('starting');
    case 'stop':
      return l10n.t('stopping');
    case 'restart':
      return l10n.t('restarting');
    case 'redeploy':
      return l10n.t('redeploying');
    case 'change':
      return l10n.t('changing');
    case 'delete':
      return l10n.t('deleting');
    default:
      return '';
  }
}
