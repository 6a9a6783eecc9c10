import type { Localizer } from '../shared/l10n.ts';

export interface StopQuestion {
  readonly message: string;
  readonly detail: string;
  /** Verb buttons, the one that ends nothing first: it has the focus. */
  readonly choices: readonly { readonly title: string; readonly endRunning: boolean }[];
}

/** What runs, by name. */
export interface Running {
  readonly codeServers: readonly string[];
  readonly projects: readonly string[];
}

/** What a person is asked before Devyard's background process ends; undefined where nothing runs that it could be about. */
export function stopQuestion({ codeServers, projects }: Running, l10n: Localizer): StopQuestion | undefined {
  if (codeServers.length + projects.length === 0) return undefined;
  const lines: string[] = [];
  if (codeServers.length > 0) {
    lines.push(
      l10n.t('Running code-servers: {0}.', codeServers.join(', ')),
      l10n.t('Without Devyard they go on but cannot be opened until it runs again. Nothing is erased.'),
    );
  }
  if (projects.length > 0) {
    lines.push(
      l10n.t('Running dev servers: {0}.', projects.join(', ')),
      l10n.t('Without Devyard they go on, but nothing is built when a file changes until it runs again.'),
    );
  }
  const all = projects.length === 0 ? l10n.t('Stop Code-Servers Too') : l10n.t('Stop All That Runs');
  return {
    message: l10n.t("Stop Devyard's background process?"),
    detail: lines.join('\n\n'),
    choices: [
      { title: l10n.t('Stop Devyard Only'), endRunning: false },
      { title: all, endRunning: true },
    ],
  };
}
