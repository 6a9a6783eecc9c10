import type {
  BuildProblemView,
  DevBuild,
  DevProcess,
  DevServer,
  DevServerLogEntry,
} from '../../api/contract/devServers.ts';
import { plain } from '../text.ts';

/** A project and its parts, each in a line. */
export function projectLines({ id, pluginID, devPath, status, mode, external, ...rest }: DevServer): readonly string[] {
  const { builds, manifestChanged, problem, processes, trusted } = rest;
  const notes = [
    mode === 'external' && external !== null ? `external · pid ${String(external.pid)} · ${external.addr}` : status,
    ...(problem === undefined ? [] : [plain(problem)]),
    ...(trusted || problem !== undefined ? [] : ['not trusted']),
    ...(manifestChanged ? ['its manifest has changed; it holds from the next start'] : []),
  ];
  return [
    `${id}  ${pluginID}  ${notes.join(' · ')}  ${devPath}`,
    ...processes.map((process) => `  ${process.name}  ${processText(process)}`),
    ...builds.map((build) => `  ${build.name}  ${buildText(build)}`),
  ];
}

function processText({ state }: DevProcess): string {
  switch (state.status) {
    case 'idle':
    case 'stopped':
      return state.status;
    case 'starting':
      return `starting · ${state.step}`;
    case 'running':
      return `running · waiting for ${state.waitingFor.map(plain).join(' and ')}`;
    case 'ready':
      return ['ready', state.run.url, `pid ${String(state.run.pid)}`].filter((part) => part !== null).join(' · ');
    case 'error':
      return `error · ${plain(state.reason)}`;
  }
}

function buildText({ state }: DevBuild): string {
  switch (state.status) {
    case 'idle':
    case 'stopped':
      return state.status;
    case 'starting':
    case 'building':
      return `${state.status} · ${state.step}`;
    case 'ready':
      return `built in ${(state.durationMs / 1000).toFixed(1)} s`;
    case 'error':
      return `failed · ${plain(state.reason)}`;
  }
}

/** As compilers write it, so that editors and scripts find the place. */
export function problemText({ file, line, column, message, severity }: BuildProblemView): string {
  const place = [file, ...(line > 0 ? [line] : []), ...(column > 0 ? [column] : [])].join(':');
  return `${place === '' ? '' : `${place}: `}${severity}: ${plain(message)}`;
}

export function logEntryText({ timestamp, source, message }: DevServerLogEntry): string {
  return `${timestamp} ${source.padEnd(8)} ${message}`;
}
