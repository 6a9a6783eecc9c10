import * as vscode from 'vscode';
import type { DevyardClient } from '../../../../api/client/client.ts';
import type { DokployServer, TestedServer } from '../../../../api/contract/dokploy.ts';
import type { OperationInput } from '../../../../api/contract/operations.ts';
import { sortedServers } from '../../../shared/dokployState.ts';
import { Failure } from '../../../shared/errorView.ts';
import type { Session } from '../../../shared/session.ts';
import type { ServerKeys } from './keys.ts';

type AddBody = OperationInput<'dokploy.addServer'>['body'];
type ChangeBody = OperationInput<'dokploy.patchServer'>['body'];

/** What is done with servers: the daemon does it, and this editor keeps the keys that were entered here. */
export interface ServerWork {
  servers(): readonly DokployServer[];
  add(body: AddBody): Promise<TestedServer>;
  change(server: Pick<DokployServer, 'id' | 'name'>, body: ChangeBody): Promise<TestedServer>;
  test(server: Pick<DokployServer, 'id' | 'name'>, signal?: AbortSignal): Promise<TestedServer>;
  /** Takes back what was added. */
  remove(server: Pick<DokployServer, 'id' | 'name'>): Promise<void>;
}

export function serverWork(session: Session, keys: ServerKeys): ServerWork {
  const { l10n } = vscode;
  return {
    servers: () => sortedServers(session.snapshot),
    add: async (body) => {
      const tested = await asked(l10n.t('Could not add the server'), undefined, (client) =>
        client.call('dokploy.addServer', { body }),
      );
      await keys.keep(tested.server, body.apiKey);
      return tested;
    },
    change: async ({ id, name }, body) => {
      const tested = await asked(l10n.t('Could not change {0}', name), id, (client) =>
        client.call('dokploy.patchServer', { params: { id }, body }),
      );
      await keys.keep(tested.server, body.apiKey);
      return tested;
    },
    test: ({ id, name }, signal) =>
      asked(l10n.t('Could not test {0}', name), id, (client) =>
        client.call('dokploy.testServer', { params: { id } }, signal === undefined ? {} : { signal }),
      ),
    remove: async ({ id, name }) => {
      await asked(l10n.t('Could not remove {0}', name), id, (client) =>
        client.call('dokploy.removeServer', { params: { id } }),
      );
      await keys.forget(id);
    },
  };

  async function asked<Result>(
    what: string,
    dokployServerId: string | undefined,
    work: (client: DevyardClient) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await work((await session.connect()).client);
    } catch (error) {
      throw new Failure(what, error, dokployServerId === undefined ? {} : { dokployServerId });
    }
  }
}
