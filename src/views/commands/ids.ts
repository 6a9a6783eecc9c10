/** Every command of Devyard. The manifest lists the same ones; a test compares the two lists both ways. */
export const commandIds = [
  'devyard.codeServer.create',
  'devyard.codeServer.start',
  'devyard.codeServer.stop',
  'devyard.codeServer.restart',
  'devyard.codeServer.rename',
  'devyard.codeServer.delete',
  'devyard.codeServer.open',
  'devyard.codeServer.openInSimpleBrowser',
  'devyard.codeServer.copyUrl',
  'devyard.codeServer.openFolder',
  'devyard.codeServer.showLogs',
  'devyard.codeServer.exportLog',
  'devyard.codeServer.showUsage',
  'devyard.codeServer.duplicate',
  'devyard.codeServer.installExtensions',
  'devyard.codeServer.applyGroupSettings',
  'devyard.codeServer.enableAutoStart',
  'devyard.codeServer.disableAutoStart',
  'devyard.codeServer.stopWhenIdle',
  'devyard.codeServer.cancelJob',
  'devyard.codeServers.refresh',
  'devyard.config.open',
  'devyard.engine.install',
  'devyard.engine.choose',
  'devyard.daemon.restart',
  'devyard.daemon.stop',
  'devyard.daemon.showLogs',
  'devyard.status.showActions',
  'devyard.everything.remove',
] as const;

export type CommandId = (typeof commandIds)[number];

/** What runs when a command is called. Arguments come from trees, links and other extensions: nothing is known of them. */
export type CommandHandler = (...args: unknown[]) => unknown;
export type CommandFamily<Id extends CommandId> = Readonly<Record<Id, CommandHandler>>;
