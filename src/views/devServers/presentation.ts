import type { DevBuild, DevProcess, DevServer } from '../../api/contract/devServers.ts';
import type { Presentation } from '../shared/presentation.ts';
import type { Localizer } from '../shared/l10n.ts';
import { canDev, isAlive, isDevBusy, pageOf } from './actions.ts';
import { clockTime, formatSeconds, plainUrl } from './words.ts';

export type PartStatus = DevServer['status'];

/** How a project looks in a list. `now` in milliseconds since the epoch. */
export function presentProject(devServer: DevServer, now: number, l10n: Localizer): Presentation {
  const description = joined(stateOf(devServer, now, l10n), ...hintsOf(devServer, l10n));
  return {
    label: devServer.pluginID,
    description,
    contextValue: `devServer;${devServer.status};${projectTokens(devServer).join('')}`,
    ...projectIcon(devServer),
    accessibleLabel: spoken(l10n.t('{0}, dev server', devServer.pluginID), description),
  };
}

export function presentProcess(process: DevProcess, now: number, l10n: Localizer): Presentation {
  const { name, state, debug, tty } = process;
  const description = processText(process, now, l10n);
  const tokens = [
    ...(pageOf(process) === undefined ? [] : ['url;']),
    ...(debug === null ? [] : ['debug;']),
    ...(tty ? ['tty;'] : []),
  ];
  return {
    label: name,
    description,
    contextValue: `devProcess;${state.status};${tokens.join('')}`,
    ...icons[state.status],
    accessibleLabel: spoken(l10n.t('{0}, process', name), description),
  };
}

export function presentBuild(build: DevBuild, now: number, l10n: Localizer): Presentation {
  const description = buildText(build, now, l10n);
  const { status } = build.state;
  return {
    label: build.name,
    description,
    // Only what was started builds.
    contextValue: `devBuild;${status};${status === 'idle' || status === 'stopped' ? '' : 'build;'}`,
    ...icons[status],
    accessibleLabel: spoken(l10n.t('{0}, build', build.name), description),
  };
}

/** Whether the text of a row tells a time that runs down. */
export function countsDown({ processes }: DevServer, now: number): boolean {
  return processes.some(({ state }) => state.status === 'error' && state.retryAt !== undefined && state.retryAt > now);
}

/** A status in one word. */
export function statusWord(status: PartStatus, l10n: Localizer): string {
  const words: Record<PartStatus, string> = {
    idle: l10n.t('idle'),
    starting: l10n.t('starting'),
    building: l10n.t('building'),
    running: l10n.t('running'),
    ready: l10n.t('ready'),
    error: l10n.t('failed'),
    stopped: l10n.t('stopped'),
  };
  return words[status];
}

type Icon = Pick<Presentation, 'icon' | 'color'>;

const icons: Record<PartStatus, Icon> = {
  idle: { icon: 'circle-outline', color: 'disabledForeground' },
  starting: { icon: 'loading~spin', color: 'charts.blue' },
  building: { icon: 'loading~spin', color: 'charts.blue' },
  running: { icon: 'loading~spin', color: 'testing.iconPassed' },
  ready: { icon: 'circle-filled', color: 'testing.iconPassed' },
  error: { icon: 'error', color: 'list.errorForeground' },
  stopped: { icon: 'circle-outline', color: 'disabledForeground' },
};

function projectIcon(devServer: DevServer): Icon {
  if (devServer.stopping) return { icon: 'loading~spin', color: undefined };
  if (devServer.mode === 'external') return { icon: 'plug', color: 'testing.iconPassed' };
  if (devServer.problem !== undefined) return { icon: 'warning', color: 'list.warningForeground' };
  return icons[devServer.status];
}

/** Tokens for `when` clauses. */
function projectTokens(devServer: DevServer): readonly string[] {
  const { mode, stopping, manifest, processes } = devServer;
  return [
    ...(mode === 'idle' ? [] : [`${mode};`]),
    ...(stopping ? ['stopping;'] : []),
    ...(isAlive(devServer) ? ['alive;'] : []),
    ...(canDev('start', devServer) ? ['start;'] : []),
    ...(canDev('open', devServer) ? ['url;'] : []),
    ...(canDev('rebuild', devServer) ? ['build;'] : []),
    ...(canDev('trust', devServer) ? ['untrusted;'] : []),
    ...(manifest === null ? [] : ['manifest;']),
    ...(processes.some(({ debug }) => debug !== null) ? ['debug;'] : []),
    ...(processes.some(({ tty }) => tty) ? ['tty;'] : []),
  ];
}

function stateOf(devServer: DevServer, now: number, l10n: Localizer): string {
  const { mode, status, stopping, external, processes, builds } = devServer;
  if (stopping) return l10n.t('stopping');
  if (mode === 'external' && external !== null) {
    return joined(l10n.t('external'), l10n.t('pid {0}', external.pid), external.addr);
  }
  const failure = firstFailure(devServer, now, l10n);
  if (failure !== undefined) return failure;
  if (isDevBusy(devServer)) {
    const building = builds.filter(({ state }) => state.status === 'building').map(({ name }) => name);
    if (building.length > 0) return joined(statusWord('building', l10n), building.join(', '));
    const [part] = [...processes, ...builds].filter(({ state }) => state.status === 'starting');
    if (part?.state.status === 'starting') return joined(statusWord('starting', l10n), part.state.step);
    const waiting = processes.find(({ state }) => state.status === 'running');
    if (waiting !== undefined) return processText(waiting, now, l10n);
  }
  if (status !== 'ready') return statusWord(status, l10n);
  const built = newestBuild(devServer);
  return joined(
    statusWord('ready', l10n),
    built === undefined ? '' : l10n.t('built in {0}', formatSeconds(built.durationMs, l10n)),
  );
}

function firstFailure({ processes, builds }: DevServer, now: number, l10n: Localizer): string | undefined {
  const failed = builds.filter(({ state }) => state.status === 'error');
  if (failed.length > 0) {
    const errors = failed.reduce((sum, build) => sum + errorsOf(build), 0);
    return joined(l10n.t('build failed'), errors === 0 ? '' : errorCount(errors, l10n));
  }
  const process = processes.find(({ state }) => state.status === 'error');
  if (process === undefined) return undefined;
  const text = processText(process, now, l10n);
  return processes.length === 1 ? text : l10n.t('{0} {1}', process.name, text);
}

function hintsOf(devServer: DevServer, l10n: Localizer): readonly string[] {
  const { trusted, manifestChanged, problem, mode } = devServer;
  if (problem !== undefined) return [l10n.t('manifest cannot be used')];
  if (manifestChanged) return [l10n.t('manifest changed')];
  return trusted || mode === 'external' ? [] : [l10n.t('not trusted')];
}

function processText({ state }: DevProcess, now: number, l10n: Localizer): string {
  const word = statusWord(state.status, l10n);
  switch (state.status) {
    case 'starting':
      return joined(word, state.step);
    case 'running':
      return joined(
        word,
        state.waitingFor.length === 0 ? '' : l10n.t('waiting for {0}', state.waitingFor.join(', ')),
        plainUrl(state.run.url),
      );
    case 'ready':
      return joined(word, plainUrl(state.run.url) || (state.run.port === null ? '' : `:${String(state.run.port)}`));
    case 'error':
      return joined(word, exitText(state, l10n) ?? state.reason, retryText(state.retryAt, now, l10n));
    case 'idle':
    case 'stopped':
  }
  return word;
}

function buildText(build: DevBuild, now: number, l10n: Localizer): string {
  const { state } = build;
  const word = statusWord(state.status, l10n);
  switch (state.status) {
    case 'starting':
    case 'building':
      return joined(word, state.step);
    case 'ready':
      return joined(
        l10n.t('built {0}', clockTime(state.at, now)),
        errorCount(errorsOf(build), l10n),
        warnings(build, l10n),
      );
    case 'error': {
      const errors = errorsOf(build);
      return joined(l10n.t('build failed'), errors === 0 ? state.reason : errorCount(errors, l10n));
    }
    case 'idle':
    case 'stopped':
  }
  return word;
}

/** How a failed process ended: `exit 1`, `SIGKILL`, or undefined where nobody knows. */
export function exitText(
  { exitCode, signal }: { readonly exitCode: number | null; readonly signal: string | null },
  l10n: Localizer,
): string | undefined {
  if (signal !== null) return signal;
  return exitCode === null ? undefined : l10n.t('exit {0}', exitCode);
}

function retryText(retryAt: number | undefined, now: number, l10n: Localizer): string {
  if (retryAt === undefined) return '';
  const seconds = Math.ceil((retryAt - now) / 1000);
  return seconds > 0 ? l10n.t('again in {0} s', seconds) : l10n.t('starting again');
}

function errorsOf({ problems }: DevBuild): number {
  return problems.filter(({ severity }) => severity === 'error').length;
}

function warnings({ problems }: DevBuild, l10n: Localizer): string {
  const count = problems.filter(({ severity }) => severity === 'warning').length;
  if (count === 0) return '';
  return count === 1 ? l10n.t('1 warning') : l10n.t('{0} warnings', count);
}

function errorCount(count: number, l10n: Localizer): string {
  return count === 1 ? l10n.t('1 error') : l10n.t('{0} errors', count);
}

function newestBuild({ builds }: DevServer): { readonly at: number; readonly durationMs: number } | undefined {
  return builds
    .flatMap(({ state }) => (state.status === 'ready' ? [state] : []))
    .reduce<{ at: number; durationMs: number } | undefined>(
      (newest, state) => (newest === undefined || state.at > newest.at ? state : newest),
      undefined,
    );
}

function spoken(what: string, description: string): string {
  return `${what}, ${description.replaceAll(' · ', ', ')}`;
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}
