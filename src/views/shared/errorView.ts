import type { Localizer } from './l10n.ts';
import { reasonOf } from './sessionState.ts';

/** What a message about an error offers as buttons. */
export type ErrorAction =
  | 'install'
  | 'chooseExecutable'
  | 'openPortSettings'
  | 'reloadWindow'
  | 'restartDaemon'
  | 'retry'
  | 'showServerLogs'
  | 'showLogs';

export interface ErrorView {
  /** What failed, why, and what to do next. */
  readonly text: string;
  /** The fixing action first. */
  readonly actions: readonly ErrorAction[];
}

/** Says what was tried when something was thrown, and how to try it again. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly what: string;
  readonly codeServerId: string | undefined;
  readonly retry: (() => unknown) | undefined;

  /** `what`: a whole clause without a full stop, such as *Could not start api*. */
  constructor(what: string, cause: unknown, options: { codeServerId?: string; retry?: () => unknown } = {}) {
    super(what, { cause });
    this.what = what;
    this.codeServerId = options.codeServerId;
    this.retry = options.retry;
  }
}

/** Undefined for what needs no message: the person cancelled it. */
export function viewOfError(thrown: unknown, l10n: Localizer): ErrorView | undefined {
  const failure = thrown instanceof Failure ? thrown : undefined;
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
  const logs: ErrorAction = failure?.codeServerId === undefined ? 'showLogs' : 'showServerLogs';
  const retry: readonly ErrorAction[] = failure?.retry === undefined ? [] : ['retry'];
  switch (code) {
    case 'engine-missing':
    case 'engine-too-old':
      return ['install', 'chooseExecutable', 'showLogs'];
    case 'ports-exhausted':
      return ['openPortSettings', 'showLogs'];
    case 'port-taken':
      return [...retry, 'openPortSettings', logs];
    case 'reload-window':
      return ['reloadWindow', 'showLogs'];
    case 'unavailable':
      return failure?.codeServerId === undefined ? ['restartDaemon', 'showLogs'] : [...retry, logs];
    default:
      return [...retry, logs];
  }
}
