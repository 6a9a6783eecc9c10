/** Why a build starts. */
export type BuildReason = 'start' | 'change' | 'request';

export interface ScheduleRules {
  /** Milliseconds of quiet after which what was gathered is built. */
  readonly debounceMs: number;
  readonly onChangeWhileBuilding: 'cancel' | 'queue';
}

/** When to build. Replaced as a whole by `step`, the only one to make it. */
export type ScheduleState =
  | {
      readonly type: 'open';
      /** `aborting`: it was told to end and has not ended yet. */
      readonly build: 'none' | 'running' | 'aborting';
      /** Why another build is needed; a change waits for quiet, anything else only for the build before it. */
      readonly due: BuildReason | null;
      /** When the changes began that are being gathered (monotonic milliseconds); null while it is quiet. */
      readonly since: number | null;
      /** Changes do not cancel this build: they never end, and something has to be built. */
      readonly steadfast: boolean;
    }
  | { readonly type: 'stopped' };

export type ScheduleSignal =
  /** `at`: monotonic milliseconds. */
  | { readonly type: 'change'; readonly at: number }
  /** The time that was asked for by `arm` has passed. */
  | { readonly type: 'quiet' }
  | { readonly type: 'request'; readonly reason: 'start' | 'request' }
  /** The build has ended, however it did. */
  | { readonly type: 'ended' }
  | { readonly type: 'stop' };

type ScheduleEffect =
  | { readonly type: 'start'; readonly reason: BuildReason }
  | { readonly type: 'abort' }
  /** Sends `quiet` after so many milliseconds; takes the place of an earlier one. */
  | { readonly type: 'arm'; readonly ms: number }
  | { readonly type: 'disarm' };

interface ScheduleStep {
  readonly state: ScheduleState;
  readonly effects: readonly ScheduleEffect[];
}

type Open = Extract<ScheduleState, { type: 'open' }>;

export const firstSchedule: ScheduleState = {
  type: 'open',
  build: 'none',
  due: null,
  since: null,
  steadfast: false,
};

/** Files that change without end are built so often nevertheless. Milliseconds. */
export const longestGatherMs = 10_000;

/**
 * The leading edge: the first change starts a build at once. What changes after it is gathered until it is quiet, and then
 * built once: a burst makes two builds at most. A build that started before a change is never the last word. There is at
 * most one at a time, and after `stop` nothing starts.
 */
export function step(state: ScheduleState, signal: ScheduleSignal, rules: ScheduleRules): ScheduleStep {
  if (state.type === 'stopped') return { state, effects: [] };
  switch (signal.type) {
    case 'change':
      return change(state, signal.at, rules);
    case 'quiet':
      return quiet(state);
    case 'request':
      return request(state, signal.reason, rules);
    case 'ended':
      // One that was cancelled has not built what had to be built.
      return next({ ...state, build: 'none', steadfast: state.build === 'aborting' && state.steadfast });
    case 'stop':
      return {
        state: { type: 'stopped' },
        effects: [{ type: 'disarm' }, ...(state.build === 'running' ? [{ type: 'abort' } as const] : [])],
      };
  }
}

function change(state: Open, at: number, rules: ScheduleRules): ScheduleStep {
  const since = state.since ?? at;
  const left = Math.max(0, since + longestGatherMs - at);
  const arm = { type: 'arm', ms: Math.min(rules.debounceMs, left) } as const;
  if (state.build === 'none' && state.since === null) {
    const first = start({ ...state, since }, 'change');
    return { state: first.state, effects: [...first.effects, arm] };
  }
  // When the time is up it is not quiet: what is built then must not be cancelled by the same flood.
  const steadfast = state.steadfast || left < rules.debounceMs;
  const gathered: Open = { ...state, since, due: state.due ?? 'change', steadfast };
  if (steadfast) return { state: gathered, effects: [arm] };
  const { state: after, effects } = outdated(gathered, rules);
  return { state: after, effects: [...effects, arm] };
}

function quiet(state: Open): ScheduleStep {
  return next({ ...state, since: null });
}

function request(state: Open, reason: 'start' | 'request', rules: ScheduleRules): ScheduleStep {
  const wanted: Open = { ...state, due: reason };
  return state.build === 'none' ? next(wanted) : outdated(wanted, rules);
}

/** What is being built is no longer what is wanted. */
function outdated(state: Open, rules: ScheduleRules): ScheduleStep {
  if (state.build !== 'running' || rules.onChangeWhileBuilding === 'queue') return { state, effects: [] };
  return { state: { ...state, build: 'aborting' }, effects: [{ type: 'abort' }] };
}

/** Builds what is due, as soon as nothing stands in the way. */
function next(state: Open): ScheduleStep {
  const waits = state.due === 'change' && state.since !== null;
  if (state.due === null || state.build !== 'none' || waits) return { state, effects: [] };
  return start(state, state.due);
}

function start(state: Open, reason: BuildReason): ScheduleStep {
  return { state: { ...state, build: 'running', due: null }, effects: [{ type: 'start', reason }] };
}
