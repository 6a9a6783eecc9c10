import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { ServerTargets } from '../../../../api/contract/dokploy.ts';
import { sortedServers } from '../../../shared/dokployState.ts';
import { Failure } from '../../../shared/errorView.ts';
import type { Session } from '../../../shared/session.ts';
import { runWizard, type Step } from '../../../shared/wizard.ts';
import { detailSteps } from './detailSteps.ts';
import { type Draft, newDraft, placedDraft } from './draft.ts';
import { kindStep } from './kindStep.ts';
import { placeSteps } from './placeSteps.ts';
import { summaryStep } from './summaryStep.ts';
import { answered, type Wizard } from './wizardParts.ts';

/** Where the person wants it, as far as that is known: ids, or names, of Dokploy's project and environment. */
export interface WantedPlace {
  readonly serverId: string;
  readonly project?: string | undefined;
  readonly environment?: string | undefined;
}

/**
 * Asks for everything a new workspace needs; undefined when the person gave up. `wanted`: the row that it was asked for at;
 * its questions are passed over.
 */
export async function askForWorkspace(session: Session, wanted: WantedPlace | undefined): Promise<Draft | undefined> {
  const servers = sortedServers(session.snapshot);
  const serverId = wanted?.serverId ?? servers[0]?.id;
  if (serverId === undefined) return undefined;
  let offer: ServerTargets | undefined;
  const load = async (id: string): Promise<void> => {
    offer = await readOffer(session, id);
  };
  const isServerKnown = wanted !== undefined || servers.length === 1;
  if (isServerKnown) {
    const location = { viewId: 'devyard.dokploy' };
    await vscode.window.withProgress({ location }, () => load(serverId));
  }
  const empty = newDraft(serverId, randomBytes(4).toString('hex'));
  const draft = wanted === undefined || offer === undefined ? empty : placedDraft(empty, offer, wanted);
  const wizard: Wizard = {
    title: vscode.l10n.t('Create Workspace'),
    draft,
    servers,
    workspaces: () => session.snapshot.workspaces.values(),
    offer: () => {
      if (offer === undefined) throw new Error('What the server offers is read with its choice.');
      return offer;
    },
    load,
  };
  const { server, project, environment, target } = placeSteps(wizard);
  const steps: readonly Step[] = [
    answered(server, isServerKnown),
    ...project.map((step) => answered(step, draft.project !== undefined && step.id === 'project')),
    ...environment.map((step) => answered(step, draft.environment !== undefined && step.id === 'environment')),
    target,
    kindStep(wizard),
    ...detailSteps(wizard),
    summaryStep(wizard),
  ];
  return (await runWizard(steps)) ? draft : undefined;
}

/** Projects, environments and machines, as they are now. */
async function readOffer(session: Session, id: string): Promise<ServerTargets> {
  try {
    const { client } = await session.connect();
    return await client.call('dokploy.targets', { params: { id } });
  } catch (error) {
    const name = session.snapshot.dokployServers.get(id)?.name ?? id;
    throw new Failure(vscode.l10n.t('Could not read the projects of {0}', name), error, { dokployServerId: id });
  }
}
