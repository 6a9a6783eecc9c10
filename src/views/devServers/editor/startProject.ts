import * as vscode from 'vscode';
import type { DevServer } from '../../../api/contract/devServers.ts';
import { Failure } from '../../shared/errorView.ts';
import type { Session } from '../../shared/session.ts';
import { permissionToRun } from '../permission.ts';

export interface StartOptions {
  /** Debuggers can attach to the processes that allow it. */
  readonly debug?: boolean;
}

/** Starts projects on behalf of the person at this window, who is asked for the trust that it takes. */
export interface ProjectStarter {
  /** Resolves when the start is under way; undefined when the person refused. Rejects with Failure. */
  start(devServer: DevServer, options?: StartOptions): Promise<DevServer | undefined>;
  /** Stops it first. */
  restart(devServer: DevServer, options?: StartOptions): Promise<DevServer | undefined>;
}

/** `onStart` hears the ids of the projects that are started. */
export function projectStarter(session: Session, onStart: (id: string) => void): ProjectStarter {
  const run =
    (operation: 'devServers.start' | 'devServers.restart') =>
    async (devServer: DevServer, { debug }: StartOptions = {}): Promise<DevServer | undefined> => {
      const permission = await permissionToRun(devServer);
      if (permission === undefined) return undefined;
      const { id, pluginID } = devServer;
      try {
        const { client } = await session.connect();
        const body = { window: true, ...permission, ...(debug === undefined ? {} : { debug }) };
        onStart(id);
        return await client.call(operation, { params: { id }, body });
      } catch (error) {
        throw new Failure(vscode.l10n.t('Could not start {0}', pluginID), error, { devServerId: id });
      }
    };
  return { start: run('devServers.start'), restart: run('devServers.restart') };
}
