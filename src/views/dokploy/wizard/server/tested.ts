import * as vscode from 'vscode';
import type { TestedServer } from '../../../../api/contract/dokploy.ts';
import { askText } from '../../../shared/wizardInputs.ts';
import { addressProblem, profileUrl, serverAddress } from './address.ts';
import { askKey } from './askKey.ts';
import { certificateQuestion, type OfferedCertificate, outcomeOf, type Way } from './outcome.ts';
import type { ServerWork } from './serverWork.ts';

/**
 * Says what a test of a server showed, and offers a way out until it can be used or the person leaves it at that. Gives the
 * last result.
 */
export async function tellTested(work: ServerWork, first: TestedServer): Promise<TestedServer> {
  let tested = first;
  /** A certificate is shown at once, but once. */
  let shown: string | undefined;
  for (;;) {
    const offered = offeredCertificate(tested)?.fingerprint;
    const way = offered === undefined || offered === shown ? await askForWay(tested) : 'trust';
    shown = offered ?? shown;
    if (way === undefined) return tested;
    const next = await goWay(work, tested, way);
    // Undefined: it is as before, and so is the question.
    tested = next ?? tested;
    if (next !== undefined && next.ok) {
      await tellGood(next);
      return next;
    }
  }
}

/** Says that a server can be used, and offers what it is used for. */
export async function tellGood(tested: TestedServer): Promise<void> {
  const { l10n } = vscode;
  const create = l10n.t('Create Workspace…');
  if ((await vscode.window.showInformationMessage(outcomeOf(tested, l10n).text, create)) === create) {
    await vscode.commands.executeCommand('devyard.dokploy.create', tested.server.id);
  }
}

async function askForWay(tested: TestedServer): Promise<Way | undefined> {
  const { l10n } = vscode;
  const { text, ways } = outcomeOf(tested, l10n);
  if (ways.length === 0) {
    void vscode.window.showInformationMessage(text);
    return undefined;
  }
  const titles: Record<Way, string> = {
    trust: l10n.t('Show Certificate…'),
    otherKey: l10n.t('Enter Another Key…'),
    openProfile: l10n.t('Open Profile in Dokploy'),
    otherAddress: l10n.t('Change Address…'),
    testAgain: l10n.t('Test Again'),
  };
  const items = ways.map((way) => ({ title: titles[way], way }));
  return (await vscode.window.showErrorMessage(text, ...items))?.way;
}

/** Undefined: nothing was done about it, and the person is asked again. */
async function goWay(work: ServerWork, tested: TestedServer, way: Way): Promise<TestedServer | undefined> {
  const { server } = tested;
  switch (way) {
    case 'trust':
      return await trust(work, tested);
    case 'otherKey':
      return await askKey(work, server);
    case 'openProfile':
      await vscode.env.openExternal(vscode.Uri.parse(profileUrl(server.url), true));
      return undefined;
    case 'otherAddress':
      return await askAddress(work, tested);
    case 'testAgain':
      return await work.test(server);
  }
}

async function trust(work: ServerWork, { server }: TestedServer): Promise<TestedServer | undefined> {
  const { l10n } = vscode;
  const certificate = offeredCertificate({ server });
  if (certificate === undefined) return await work.test(server);
  const { message, detail } = certificateQuestion(server, certificate, Date.now(), l10n);
  const verb = l10n.t('Trust This Certificate');
  if ((await vscode.window.showWarningMessage(message, { modal: true, detail }, verb)) !== verb) return undefined;
  return await work.change(server, { certificate: certificate.fingerprint });
}

function offeredCertificate({ server: { connection } }: Pick<TestedServer, 'server'>): OfferedCertificate | undefined {
  return connection.status === 'failing' && connection.problem === 'certificate' ? connection.certificate : undefined;
}

/** Asks for the address until there is one that may do. */
export async function askAddress(
  work: ServerWork,
  { server }: Pick<TestedServer, 'server'>,
): Promise<TestedServer | undefined> {
  const { l10n } = vscode;
  const others = work.servers().filter(({ id }) => id !== server.id);
  let answer: TestedServer | undefined;
  await askText(
    { title: l10n.t('Address of {0}', server.name), step: 1, totalSteps: 1 },
    {
      value: server.url,
      prompt: l10n.t('Where Dokploy itself answers'),
      placeholder: l10n.t('For example: https://dokploy.example.com'),
      validate: (value) => addressProblem(value, others, l10n),
      accept: async (value) => {
        const url = serverAddress(value);
        if (url !== undefined) answer = await work.change(server, { url });
        return undefined;
      },
    },
  );
  return answer;
}
