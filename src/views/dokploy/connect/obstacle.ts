import type { Workspace } from '../../../api/contract/dokploy.ts';
import type { Localizer } from '../../shared/l10n.ts';
import { otherHostKey } from './hostKeyQuestion.ts';

/** What may help, each a command of the workspace; `connect`: trying it all the same. */
export type ConnectWay =
  'adopt' | 'start' | 'showDeployLog' | 'showContainerLog' | 'redeploy' | 'forgetHostKey' | 'connect';

/** Why a workspace cannot be connected to now. */
export interface Obstacle {
  readonly text: string;
  /** What helps most comes first. */
  readonly ways: readonly ConnectWay[];
}

/** Undefined: connecting is worth trying, also when nobody knows how it stands. */
export function obstacleTo(workspace: Workspace, l10n: Localizer): Obstacle | undefined {
  const { name, managed, state, endpoint } = workspace;
  if (managed === 'no') return { text: l10n.t('Devyard does not take care of {0} yet.', name), ways: ['adopt'] };
  switch (state.status) {
    case 'gone':
      return { text: l10n.t('{0} is no longer on its server.', name), ways: [] };
    case 'stopped':
      return { text: l10n.t('{0} is stopped.', name), ways: ['start'] };
    case 'deploying':
      return { text: sentences(l10n.t('{0} is not ready yet: {1}', name, state.step)), ways: ['showDeployLog'] };
    case 'failed': {
      const text = sentences(l10n.t('{0} has failed: {1}', name, state.reason), state.hint);
      if (otherHostKey(workspace) !== undefined) return { text, ways: ['forgetHostKey', 'showContainerLog'] };
      // What was there before may still run.
      return { text, ways: endpoint === null ? ['showContainerLog'] : ['showContainerLog', 'connect'] };
    }
    case 'running':
    case 'unverified':
  }
  if (endpoint !== null) return undefined;
  return { text: l10n.t('{0} publishes no port for SSH. Deploying it anew gives it one.', name), ways: ['redeploy'] };
}

function sentences(...parts: readonly (string | undefined)[]): string {
  return parts.flatMap((part) => (part === undefined ? [] : [/[.!?…]$/.test(part) ? part : `${part}.`])).join(' ');
}
