import type { Workspace } from '../../../api/contract/dokploy.ts';
import type { Localizer } from '../../shared/l10n.ts';

/** What a person is asked before a pinned host key is forgotten, with all that can be compared. */
export function hostKeyQuestion(
  workspace: Workspace,
  l10n: Localizer,
): { readonly message: string; readonly detail: string } {
  const { name, hostKey, endpoint } = workspace;
  const offered = otherHostKey(workspace);
  const keys = [
    l10n.t('Pinned: {0}', hostKey ?? ''),
    ...(offered === undefined ? [] : [l10n.t('Shown now: {0}', offered)]),
  ].join('\n');
  const place = endpoint === null ? '' : `${endpoint.host}:${String(endpoint.port)}`;
  const lines = [
    keys,
    l10n.t(
      'Do so only if you know why the key is another one: the workspace was made anew, or its volume was erased. Else somebody may stand between you and {0}, and would see whatever you type.',
      place === '' ? name : place,
    ),
    l10n.t('The next connection trusts whatever key it is shown, and pins that one.'),
  ];
  return { message: l10n.t('Forget the host key of {0}?', name), detail: lines.join('\n\n') };
}

/** The fingerprint that a host showed in the place of the pinned one, as OpenSSH prints it; undefined where none is known. */
export function otherHostKey({ hostKey, state }: Pick<Workspace, 'hostKey' | 'state'>): string | undefined {
  if (state.status !== 'failed' || hostKey === null) return undefined;
  const said = [state.reason, state.hint ?? '', ...state.lastLines].join('\n');
  return (said.match(/SHA256:[A-Za-z0-9+/]{43}/g) ?? []).find((one) => one !== hostKey);
}
