import type { OperationInput } from '../../api/contract/operations.ts';
import type { Synopsis } from '../command.ts';
import type { OptionValues } from '../options/definitions.ts';

/** Where the files of a new folder come from. */
export const sourceChoice = ['archive', ['git', 'branch'], ['template', 'tab']] as const satisfies Synopsis[number];

type Source = OperationInput<'codeServers.fillWorkspace'>['body']['source'];

/** Undefined when none of them was given. */
export function sourceOf(
  options: Pick<OptionValues, 'archive' | 'git' | 'branch' | 'template' | 'tab'>,
): Source | undefined {
  const { archive, git: url, branch, template: name, tab } = options;
  if (archive !== undefined) return { type: 'archive', path: archive };
  if (url !== undefined) return { type: 'git', url, branch };
  return name === undefined ? undefined : { type: 'template', name, tab };
}
