import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { CodeServer } from '../../api/contract/codeServers.ts';
import { createBody, type Draft } from '../creation/draft.ts';
import { loadOffer } from '../creation/offer.ts';
import { askForCodeServer } from '../creation/wizard.ts';
import { Failure } from '../shared/errorView.ts';
import type { Session } from '../shared/session.ts';
import type { CommandFamily } from './ids.ts';
import { followWork } from './jobProgress.ts';

export function createCommands(session: Session): CommandFamily<'devyard.codeServer.create'> {
  return {
    /** Gives the id of the new code-server as soon as it is in the list; undefined when the person gave up. */
    'devyard.codeServer.create': async () => {
      // Connecting while the person answers: the daemon is up, and what it offers is known, when the name is given.
      const offering = loadOffer(session);
      offering.catch(() => undefined);
      const answers = await askForCodeServer(offering);
      return answers && (await create(session, answers.draft, answers.offer.configFile));
    },
  };
}

async function create(session: Session, draft: Draft, configFile: string | undefined): Promise<string> {
  const failure = vscode.l10n.t('Could not create {0}', draft.name);
  const retry = (): unknown => create(session, draft, configFile);
  let target: CodeServer;
  try {
    const { client } = await session.connect();
    const location = { viewId: 'devyard.codeServers' };
    const body = createBody(draft, configFile);
    target = await vscode.window.withProgress({ location }, () =>
      client.call('codeServers.create', { body }, { idempotencyKey: randomUUID() }),
    );
  } catch (error) {
    throw new Failure(failure, error, { retry });
  }
  const title = vscode.l10n.t('Creating {0}', draft.name);
  await followCreation(session, { title, failure, target, starts: draft.start, retry });
  return target.id;
}

/** Follows what is left to do for a new code-server; offers to open it when it runs. */
export async function followCreation(
  session: Session,
  work: {
    readonly title: string;
    readonly failure: string;
    readonly target: CodeServer;
    readonly starts: boolean;
    readonly retry: () => unknown;
  },
): Promise<void> {
  const { client } = await session.connect();
  const job = (await client.call('jobs.list', {})).findLast(({ resourceId }) => resourceId === work.target.id);
  if (job === undefined && !work.starts) return;
  const done = await followWork(session, { ...work, job });
  if (done !== undefined && work.starts && done.state.status === 'running') void offerToOpen(done);
}

async function offerToOpen({ id, name, port }: CodeServer): Promise<void> {
  const { l10n } = vscode;
  const openInBrowser = l10n.t('Open in Browser');
  const openBeside = l10n.t('Open Beside');
  const text = l10n.t('{0} is running on port {1}.', name, String(port));
  const chosen = await vscode.window.showInformationMessage(text, openInBrowser, openBeside);
  if (chosen === openInBrowser) await vscode.commands.executeCommand('devyard.codeServer.open', id);
  if (chosen === openBeside) await vscode.commands.executeCommand('devyard.codeServer.openInSimpleBrowser', id);
}
