import type { DevServer } from '../../../api/contract/devServers.ts';
import type { Localizer } from '../../shared/l10n.ts';
import { isAlive } from '../actions.ts';
import { statusWord } from '../presentation.ts';

export type LensAction = 'start' | 'stop' | 'rebuild' | 'debug' | 'logs';

/** What stands above a project in its manifest. Without an action it only says something. */
export interface LensTitle {
  readonly title: string;
  readonly action: LensAction | undefined;
}

/** Undefined: the project was not added to Devyard yet. */
export function lensTitles(devServer: DevServer | undefined, l10n: Localizer): readonly LensTitle[] {
  const rebuild: LensTitle = { title: l10n.t('Rebuild'), action: 'rebuild' };
  const logs: LensTitle = { title: l10n.t('Logs'), action: 'logs' };
  const start: LensTitle = { title: `$(play) ${l10n.t('Start')}`, action: 'start' };
  if (devServer === undefined) return [start, logs];
  if (devServer.stopping || isAlive(devServer)) {
    const builds = devServer.builds.length > 0 ? [rebuild] : [];
    const stop: LensTitle = { title: `$(debug-stop) ${l10n.t('Stop')}`, action: 'stop' };
    return [{ title: stateText(devServer, l10n), action: undefined }, stop, ...builds, logs];
  }
  const failed: readonly LensTitle[] =
    devServer.status === 'error' ? [{ title: stateText(devServer, l10n), action: undefined }] : [];
  const debug: readonly LensTitle[] = devServer.processes.some((one) => one.debug !== null)
    ? [{ title: `$(debug-alt) ${l10n.t('Start and Debug')}`, action: 'debug' }]
    : [];
  return [...failed, start, ...debug, logs];
}

function stateText({ status, stopping, lastError }: DevServer, l10n: Localizer): string {
  if (stopping) return `$(loading~spin) ${l10n.t('stopping')}`;
  const word = statusWord(status, l10n);
  switch (status) {
    case 'starting':
    case 'running':
    case 'building':
      return `$(loading~spin) ${word}`;
    case 'ready':
      return `$(pass) ${word}`;
    case 'error':
      return `$(error) ${lastError === undefined ? word : `${word}: ${firstLine(lastError)}`}`;
    case 'idle':
    case 'stopped':
      return word;
  }
}

const longestReason = 80;

function firstLine(text: string): string {
  const [line = ''] = text.trim().split(/\r?\n/);
  // `$(name)` would become an icon.
  const plain = line.replaceAll('$(', '$ (');
  return plain.length > longestReason ? `${plain.slice(0, longestReason - 1)}…` : plain;
}
