import { DevyardError } from '../errors.ts';

const SAFE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export const INDEX_NAME = 'index.jsonl';

export type StreamName = 'out' | 'err';

/** Throws `invalid` unless `name` is one plain path segment. `field` is what the caller calls it. */
export function checkName(name: string, field: 'key' | 'runId'): string {
  if (!SAFE_NAME.test(name)) {
    throw new DevyardError('invalid', `"${name}" cannot name a log folder or file.`, {
      field,
      hint: 'Use letters, digits, dots, hyphens and underscores, at most 128.',
    });
  }
  return name;
}

/** Throws `invalid` unless a label, where there is one, is a short text in one line: it stands in every line that is read. */
export function checkLabel(label: string | undefined): void {
  if (label === undefined || /^\P{Cc}{1,100}$/u.test(label)) return;
  throw new DevyardError('invalid', 'The label of a run is empty, too long, or holds control characters.', {
    field: 'label',
    hint: 'Use 1 to 100 characters in one line.',
  });
}

export function streamFileName(runId: string, stream: StreamName): string {
  return `${runId}.${stream}`;
}
