import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { connect, ensureDaemon } from './api/client/launch.ts';
import { autoStartFileName, defaultDataDir } from './api/contract/discovery.ts';
import { build } from './build.ts';
import { codeServerLogs } from './views/codeServers/logs.ts';
import { CodeServersStatusBar } from './views/codeServers/statusBar.ts';
import { CodeServersTree } from './views/codeServers/tree.ts';
import { showCodeServersView } from './views/codeServers/view.ts';
import { lazyCommands } from './views/commands/lazy.ts';
import { registerCommands } from './views/commands/register.ts';
import { registerConfigFiles } from './views/config/configFiles.ts';
import { syncContext } from './views/daemon/contextSync.ts';
import { DaemonLog } from './views/daemon/daemonLog.ts';
import { showProblems } from './views/daemon/problems.ts';
import { TerminalPath } from './views/daemon/terminalPath.ts';
import { type DevServersParts, showDevServers } from './views/devServers/parts.ts';
import { type LazyDokploy, showDokployLazily } from './views/dokploy/lazy.ts';
import { LogChannels } from './views/shared/logChannels.ts';
import { Session } from './views/shared/session.ts';
import { syncSettings } from './views/shared/settingsSync.ts';
import { ErrorMessages } from './views/shared/showError.ts';
import { UsagePanels } from './views/usage/panels.ts';

/** What other extensions get: nothing they may rely on. Tests look at the parts. */
export interface DevyardExtension {
  readonly session: Session;
  readonly tree: CodeServersTree;
  readonly statusBar: { readonly text: string | undefined };
  readonly logChannels: { isFollowing(codeServerId: string): boolean };
  readonly devServers: DevServersParts;
  readonly dokploy: LazyDokploy;
}

export function activate(context: vscode.ExtensionContext): DevyardExtension {
  const channel = vscode.window.createOutputChannel('Devyard', { log: true });
  const dataDir = defaultDataDir(process.env, process.platform, homedir());
  const launch = {
    dataDir,
    bundleDir: context.asAbsolutePath('dist'),
    build,
    execPath: process.execPath,
    env: process.env,
  };
  const session = new Session({
    find: async () => {
      const connection = await connect(dataDir);
      connection?.client.close();
      return connection?.info;
    },
    ensure: (options) => ensureDaemon({ ...launch, ...options }),
    l10n: vscode.l10n,
    log: (message) => channel.info(message),
  });
  const errors = new ErrorMessages(channel);
  const tree = new CodeServersTree(session);
  const statusBar = new CodeServersStatusBar(session);
  const logChannels = new LogChannels(session, context.extension.id, codeServerLogs(session));
  const usagePanels = new UsagePanels(session);
  const devServers = showDevServers(session, context.extension.id);
  const dokploy = showDokployLazily(session, {
    extensionId: context.extension.id,
    memory: context.globalState,
    secrets: context.secrets,
    showError: (thrown) => void errors.show(thrown),
  });
  const daemonLog = new DaemonLog(session, channel, dataDir);
  const terminalPath = new TerminalPath(context, session);
  const forget = async (): Promise<void> => {
    await terminalPath.forget();
    await (await dokploy.load()).forget();
  };

  context.subscriptions.push(
    channel,
    session,
    tree,
    statusBar,
    logChannels,
    usagePanels,
    devServers,
    dokploy,
    terminalPath,
    syncContext(session, process.platform),
    syncSettings(session, errors),
    showProblems(session, context.globalState),
    registerCommands(
      lazyCommands({ session, logChannels, daemonLog, usagePanels, devServers, dokploy, dataDir, forget }),
      errors,
    ),
    showCodeServersView(session, tree),
    registerConfigFiles(
      [
        {
          pattern: '**/devbox.{yaml,yml}',
          schemaFile: context.asAbsolutePath('schemas/devbox.schema.json'),
          check: async (text) => {
            const { client } = await session.connect();
            return (await client.call('config.check', { body: { text } })).problems;
          },
        },
        {
          pattern: '**/devyard.{yaml,yml}',
          schemaFile: context.asAbsolutePath('schemas/devyard.schema.json'),
          check: async (text, path) => {
            const { client } = await session.connect();
            return (await client.call('devServers.check', { body: { path, text } })).problems;
          },
        },
      ],
      {
        isConnected: () => session.connection !== undefined,
        connect: () => void session.connect().catch(() => undefined),
        onConnected: (listener) => session.on('state', ({ status }) => status === 'connected' && listener()),
        log: (message) => channel.info(message),
      },
    ),
    new vscode.Disposable(session.on('failure', (reason) => void errors.show(reason))),
  );
  // The daemon keeps this file while some code-server is to run whenever Devyard does.
  void session.probe(() =>
    stat(join(dataDir, autoStartFileName)).then(
      () => true,
      () => false,
    ),
  );
  return { session, tree, statusBar, logChannels, devServers, dokploy };
}
