import * as vscode from 'vscode';
import type { TestedServer } from '../../../../api/contract/dokploy.ts';
import { runWizard, type Step, type StepResult } from '../../../shared/wizard.ts';
import { askChoice, askText } from '../../../shared/wizardInputs.ts';
import { addressProblem, serverAddress } from './address.ts';
import { keyQuestion } from './askKey.ts';
import type { RememberedServer, ServerKeys } from './keys.ts';
import type { ServerWork } from './serverWork.ts';
import { tellGood, tellTested } from './tested.ts';

/** Asks for address and key. Gives the new server's id; undefined when the person gave up. How it stands is said behind that. */
export async function addServer(
  work: ServerWork,
  keys: ServerKeys,
  showError: (thrown: unknown) => void,
): Promise<string | undefined> {
  const { l10n } = vscode;
  const lost = keys.lost(work.servers());
  /** `handedOver`: with the key that was kept, so there is nothing left to ask. */
  const draft: { url: string; tested: TestedServer | undefined; handedOver: boolean } = {
    url: '',
    tested: undefined,
    handedOver: false,
  };
  const title = l10n.t('Add Dokploy Server');
  const steps: readonly Step[] = [
    {
      id: 'again',
      applies: () => lost.length > 0,
      ask: (place) => {
        const items = lost.map((server) => ({
          label: server.name,
          description: server.url,
          detail: l10n.t('Added before; this editor still keeps its API key'),
          server: server as RememberedServer | undefined,
        }));
        const other = { label: l10n.t('Another Server…'), description: '', detail: '', server: undefined };
        return askChoice<(typeof items)[number]>(
          { title, ...place },
          {
            items: [...items, other],
            active: items[0],
            placeholder: l10n.t('Which server?'),
            accept: async ({ server }): Promise<StepResult> => {
              draft.handedOver = false;
              if (server === undefined) return 'next';
              const apiKey = await keys.keyOf(server.id);
              draft.url = server.url;
              // The key was deleted from outside: it is asked for.
              if (apiKey === undefined) return 'next';
              await handOver(apiKey);
              await keys.forget(server.id);
              draft.handedOver = true;
              return 'next';
            },
          },
        );
      },
    },
    {
      id: 'address',
      applies: () => !draft.handedOver,
      ask: (place) =>
        askText(
          { title, ...place },
          {
            value: draft.url,
            prompt: l10n.t('Where Dokploy itself answers'),
            placeholder: l10n.t('For example: https://dokploy.example.com'),
            validate: (value) => addressProblem(value, others(), l10n),
            accept: (value) => {
              draft.url = serverAddress(value) ?? '';
              return undefined;
            },
          },
        ),
    },
    {
      id: 'key',
      applies: () => !draft.handedOver,
      ask: (place) => keyQuestion({ title, ...place }, draft.url, handOver),
    },
  ];
  const finished = await runWizard(steps);
  if (draft.tested === undefined) return undefined;
  if (!finished) {
    // It was added with a key that does not do, and then the person gave up.
    await work.remove(draft.tested.server);
    return undefined;
  }
  tellAdded(work, draft.tested).catch(showError);
  return draft.tested.server.id;

  /** The first key adds the server; another one, and another address, change what was added. */
  async function handOver(apiKey: string): Promise<TestedServer> {
    const { tested, url } = draft;
    draft.tested =
      tested === undefined ? await work.add({ url, apiKey }) : await work.change(tested.server, { url, apiKey });
    return draft.tested;
  }
  function others(): ReturnType<ServerWork['servers']> {
    return work.servers().filter(({ id }) => id !== draft.tested?.server.id);
  }
}

/** Says how the new server stands, and what comes next. */
async function tellAdded(work: ServerWork, tested: TestedServer): Promise<void> {
  if (tested.ok) await tellGood(tested);
  else await tellTested(work, tested);
}
