import * as vscode from 'vscode';
import type { DokployServer, TestedServer } from '../../../../api/contract/dokploy.ts';
import type { StepResult } from '../../../shared/wizard.ts';
import { askText, type TitledPlace } from '../../../shared/wizardInputs.ts';
import { isUnprotected, keyProblem, profileUrl } from './address.ts';
import { keyTrouble } from './outcome.ts';
import type { ServerWork } from './serverWork.ts';

/**
 * The question for a key. What the server says against it stands beside the box; `use` hands it over and gives what came of
 * it.
 */
export function keyQuestion(
  place: TitledPlace,
  address: string,
  use: (apiKey: string) => Promise<TestedServer>,
): Promise<StepResult> {
  const { l10n } = vscode;
  const prompt = isUnprotected(address)
    ? l10n.t('API key. Mind that http sends it readable for everybody on the way')
    : l10n.t('API key; made in Dokploy under Settings › Profile › API/CLI Keys');
  return askText(place, {
    value: '',
    prompt,
    placeholder: l10n.t('The button above opens the page in Dokploy that makes one'),
    validate: (value) => keyProblem(value, l10n),
    accept: async (value) => keyTrouble(await use(value.trim()), l10n),
    password: true,
    button: {
      icon: 'link-external',
      tooltip: l10n.t('Open Profile in Dokploy'),
      press: async () => {
        await vscode.env.openExternal(vscode.Uri.parse(profileUrl(address), true));
        return undefined;
      },
    },
  });
}

/** Asks for another key of a server that is known; undefined when the person gave up. */
export async function askKey(work: ServerWork, server: DokployServer): Promise<TestedServer | undefined> {
  const place = { title: vscode.l10n.t('API Key of {0}', server.name), step: 1, totalSteps: 1 };
  let answer: TestedServer | undefined;
  const result = await keyQuestion(place, server.url, async (apiKey) => {
    answer = await work.change(server, { apiKey });
    return answer;
  });
  return result === 'next' ? answer : undefined;
}
