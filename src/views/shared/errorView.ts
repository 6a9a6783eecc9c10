import type { Localizer } from './l10n.ts';
import { reasonOf } from './sessionState.ts';

/** What a message about an error offers as buttons. */
export type ErrorAction =
  | 'install'
  | 'chooseExecutable'
  | 'openPortSettings'
  | 'reloadWindow'
  | 'restartDaemon'
  | 'openToolSettings'
  | 'editDokployServer'
  | 'retry'
  | 'showServerLogs'
  | 'showLogs';

export interface ErrorView {
  /** What failed, why, and what to do next. */
  readonly text: string;
  /** The fixing action first. */
  readonly actions: readonly ErrorAction[];
}

interface FailureOptions {
  /** Whose log a button shows. */
  readonly codeServerId?: string;
  readonly devServerId?: string;
  readonly workspaceId?: string;
  /** Whose address and key a button opens. */
  readonly dokployServerId?: string;
  readonly retry?: () => unknown;
}

/** Says what was tried when something was thrown, and how to try it again. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly what: string;
  readonly codeServerId: string | undefined;
  readonly devServerId: string | undefined;
  readonly workspaceId: string | undefined;
  readonly dokployServerId: string | undefined;
  readonly retry: (() => unknown) | undefined;

  /** `what`: a whole clause without a full stop, such as *Could not start api*. */
  constructor(what: string, cause: unknown, options: FailureOptions = {}) {
    super(what, { cause });
    this.what = what;
    this.codeServerId = options.codeServerId;
    this.devServerId = options.devServerId;
    this.workspaceId = options.workspaceId;
    this.dokployServerId = options.dokployServerId;
    this.retry = options.retry;
  }
}

/** By its name: a bundle that is loaded later has a class of its own. */
export function asFailure(thrown: unknown): Failure | undefined {
  return thrown instanceof Error && thrown.name === 'Failure' && 'what' in thrown ? (thrown as Failure) : undefined;
}

/** Undefined for what needs no message: the person cancelled it. */
export function viewOfError(thrown: unknown, l10n: Localizer): ErrorView | undefined {
  const failure = asFailure(thrown);
  const { code, message, hint } = reasonOf(failure?.cause ?? thrown);
  if (code === 'cancelled' || code === 'ABORT_ERR') return undefined;
  const why = sentence(message);
  const text = [
    failure === undefined ? why : `${failure.what}: ${why}`,
    ...(hint === undefined ? [] : [sentence(hint)]),
  ].join(' ');
  return { text, actions: actionsFor(code, failure) };

  function sentence(part: string): string {
    const trimmed = part.trim() === '' ? l10n.t('Unknown reason') : part.trim();
    return /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`;
  }
}

function actionsFor(code: string, failure: Failure | undefined): readonly ErrorAction[] {
  const hasLog = [failure?.codeServerId, failure?.devServerId, failure?.workspaceId].some((id) => id !== undefined);
  const logs: ErrorAction = hasLog ? 'showServerLogs' : 'showLogs';
  const retry: readonly ErrorAction[] = failure?.retry === undefined ? [] : ['retry'];
  switch (code) {
    case 'engine-missing':
    case 'engine-too-old':
      return ['install', 'chooseExecutable', 'showLogs'];
    // The ports of dev servers are in their devyard.yaml.
    case 'ports-exhausted':
      return failure?.devServerId === undefined ? ['openPortSettings', 'showLogs'] : [...retry, logs];
    case 'port-taken':
      return [...retry, ...(failure?.devServerId === undefined ? (['openPortSettings'] as const) : []), logs];
    case 'tool-missing':
      return ['openToolSettings', ...retry, logs];
    case 'reload-window':
      return ['reloadWindow', 'showLogs'];
    case 'server-refused':
      return failure?.dokployServerId === undefined ? [...retry, logs] : ['editDokployServer', ...retry, logs];
    case 'unavailable':
      return hasLog ? [...retry, logs] : ['restartDaemon', 'showLogs'];
    default:
      return [...retry, logs];
  }
}
