import * as vscode from 'vscode';
import type { Connection } from '../../api/client/launch.ts';
import type { DevServer } from '../../api/contract/devServers.ts';
import { canDev } from '../devServers/actions.ts';
import { isWorkspaceTrusted } from '../devServers/editor/trust.ts';
import { askForTrust, type Permission, permissionToRun } from '../devServers/permission.ts';
import { presentProject } from '../devServers/presentation.ts';
import { inDevServersView } from '../devServers/view.ts';
import { Failure } from '../shared/errorView.ts';
import type { Session } from '../shared/session.ts';
import { sortedDevServers } from '../shared/snapshot.ts';
import { devServerTarget } from './devServerTarget.ts';
import type { CommandFamily } from './ids.ts';

type LifecycleCommand =
  | 'devyard.devServer.start'
  | 'devyard.devServer.stop'
  | 'devyard.devServer.restart'
  | 'devyard.devServer.rebuild'
  | 'devyard.devServer.trust'
  | 'devyard.devServers.startAll'
  | 'devyard.devServers.stopAll';

/**
 * What makes projects run and end. How far it is shows in their rows; the view's own bar shows that something is going on.
 * `onStart` hears which project is started from this window.
 */
export function devServerLifecycleCommands(
  session: Session,
  onStart: (id: string) => void,
): CommandFamily<LifecycleCommand> {
  const { l10n } = vscode;
  const noneRuns = l10n.t('No dev server is running.');
  return {
    'devyard.devServer.start': async (...args) => {
      const target = await devServerTarget(session, args, {
        placeholder: l10n.t('Which project to start?'),
        none: l10n.t('There is no project that could be started.'),
        filter: (devServer) => canDev('start', devServer),
      });
      if (target !== undefined) await start(session, target.devServer, onStart);
    },
    'devyard.devServer.stop': async (...args) => {
      const target = await devServerTarget(session, args, {
        placeholder: l10n.t('Which project to stop?'),
        none: noneRuns,
        filter: (devServer) => canDev('stop', devServer),
      });
      if (target !== undefined) await stop(session, target.devServer);
    },
    'devyard.devServer.restart': async (...args) => {
      const target = await devServerTarget(session, args, {
        placeholder: l10n.t('Which project to restart?'),
        none: noneRuns,
        filter: (devServer) => canDev('restart', devServer),
      });
      if (target !== undefined) await restart(session, target.devServer, onStart);
    },
    'devyard.devServer.rebuild': async (...args) => {
      const target = await devServerTarget(session, args, {
        placeholder: l10n.t('Which project to build?'),
        none: l10n.t('There is no project with something to build.'),
        filter: (devServer) => canDev('rebuild', devServer),
      });
      if (target === undefined) return;
      await rebuild(session, target.devServer, target.part?.kind === 'build' ? target.part.name : undefined);
    },
    'devyard.devServer.trust': async (...args) => {
      const target = await devServerTarget(session, args, {
        placeholder: l10n.t('Which project to trust?'),
        none: l10n.t('Every project is trusted.'),
        filter: (devServer) => canDev('trust', devServer),
      });
      if (target === undefined || !(await askForTrust(target.devServer, l10n.t('Trust')))) return;
      const { id, pluginID, manifestHash } = target.devServer;
      await asked(session, l10n.t('Could not trust {0}', pluginID), id, ({ client }) =>
        client.call('devServers.trust', { params: { id }, body: { hash: manifestHash } }),
      );
    },
    'devyard.devServers.startAll': async () => {
      await session.connect();
      const all = sortedDevServers(session.snapshot).filter((devServer) => canDev('start', devServer));
      const allowed: { devServer: DevServer; permission: Permission }[] = [];
      // One question after the other: two modals at once are none.
      for (const devServer of all) {
        const permission = await permissionToRun(devServer);
        if (permission !== undefined) allowed.push({ devServer, permission });
        else if (!vscode.workspace.isTrusted) return;
      }
      await everyOne(
        allowed.map(({ devServer, permission }) => startPermitted(session, devServer, permission, onStart)),
      );
    },
    'devyard.devServers.stopAll': async () => {
      await session.connect();
      const all = sortedDevServers(session.snapshot).filter((devServer) => canDev('stop', devServer));
      await everyOne(all.map((devServer) => stop(session, devServer)));
    },
  };
}

async function start(session: Session, devServer: DevServer, onStart: (id: string) => void): Promise<void> {
  const permission = await permissionToRun(devServer);
  if (permission !== undefined) await startPermitted(session, devServer, permission, onStart);
}

async function startPermitted(
  session: Session,
  { id, pluginID }: DevServer,
  permission: Permission,
  onStart: (id: string) => void,
): Promise<void> {
  onStart(id);
  const { l10n } = vscode;
  const started = await asked(session, l10n.t('Could not start {0}', pluginID), id, ({ client }) =>
    client.call('devServers.start', { params: { id }, body: { wait: true, window: true, ...permission } }),
  );
  tellFailure(started);
}

async function stop(session: Session, { id, pluginID }: DevServer): Promise<void> {
  await asked(session, vscode.l10n.t('Could not stop {0}', pluginID), id, ({ client }) =>
    client.call('devServers.stop', { params: { id } }),
  );
}

async function restart(session: Session, devServer: DevServer, onStart: (id: string) => void): Promise<void> {
  const permission = await permissionToRun(devServer);
  if (permission === undefined) return;
  const { id, pluginID } = devServer;
  onStart(id);
  const restarted = await asked(session, vscode.l10n.t('Could not restart {0}', pluginID), id, ({ client }) =>
    client.call('devServers.restart', { params: { id }, body: { wait: true, window: true, ...permission } }),
  );
  tellFailure(restarted);
}

/** Runs what the project was started with, so its manifest need not be trusted anew. */
async function rebuild(session: Session, { id, pluginID }: DevServer, build: string | undefined): Promise<void> {
  if (!(await isWorkspaceTrusted())) return;
  const { l10n } = vscode;
  const answer = await asked(session, l10n.t('Could not build {0}', pluginID), id, ({ client }) =>
    client.call('devServers.rebuild', { params: { id }, body: build === undefined ? {} : { build } }),
  );
  if (answer.success) return;
  const failed = answer.builds.filter(({ success }) => !success);
  const why = failed.map(({ name, error }) => (error === undefined ? name : `${name}: ${error}`)).join('; ');
  offerWaysOut(id, l10n.t('{0} was not built: {1}', pluginID, why), true);
}

/** The row says it, too; but who has just clicked and looks elsewhere would wait in vain. */
function tellFailure(devServer: DevServer): void {
  if (devServer.status !== 'error') return;
  const { label, description } = presentProject(devServer, Date.now(), vscode.l10n);
  const isBuild = devServer.builds.some(({ state }) => state.status === 'error');
  offerWaysOut(devServer.id, `${label}: ${devServer.lastError ?? description}`, isBuild);
}

function offerWaysOut(id: string, text: string, problems: boolean): void {
  const showLogs = vscode.l10n.t('Show Logs');
  const showProblems = vscode.l10n.t('Show Problems');
  const buttons = problems ? [showProblems, showLogs] : [showLogs];
  void vscode.window.showErrorMessage(text, ...buttons).then((chosen) => {
    if (chosen === showLogs) void vscode.commands.executeCommand('devyard.devServer.showLogs', id);
    if (chosen === showProblems) void vscode.commands.executeCommand('workbench.actions.view.problems');
  });
}

/** Asks the daemon while the view's bar moves; what goes wrong says what was tried. */
async function asked<Result>(
  session: Session,
  what: string,
  devServerId: string,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  try {
    return await inDevServersView(async () => work(await session.connect()));
  } catch (error) {
    throw new Failure(what, error, { devServerId });
  }
}

/** All of them are tried; the first failure is told. */
async function everyOne(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
