import { renameCommand, deleteCommand, setCommand } from './codeServers/change.ts';
import { createCommand, duplicateCommand } from './codeServers/create.ts';
import { engineCommand, installCommand } from './codeServers/engine.ts';
import { applySettingsCommand, fillCommand, installExtensionCommand } from './codeServers/furnish.ts';
import { restartCommand, startCommand, stopCommand } from './codeServers/lifecycle.ts';
import { logsCommand } from './codeServers/logs.ts';
import { listCommand, openCommand } from './codeServers/look.ts';
import { usageCommand } from './codeServers/usage.ts';
import { checkConfigCommand, groupsCommand, showConfigCommand, templatesCommand } from './config/commands.ts';
import { daemonLogsCommand } from './daemon/logs.ts';
import { serveCommand } from './daemon/serve.ts';
import { statusCommand } from './daemon/status.ts';
import { stopDaemonCommand } from './daemon/stop.ts';
import {
  addProjectCommand,
  listProjectsCommand,
  rebuildProjectCommand,
  removeProjectCommand,
  restartProjectCommand,
  startProjectCommand,
  stopProjectCommand,
  trustProjectCommand,
} from './devServers/lifecycle.ts';
import { projectLogsCommand } from './devServers/logs.ts';
import { checkManifestCommand, importProjectCommand } from './devServers/manifest.ts';
import { createWorkspaceCommand } from './dokploy/create.ts';
import { execCommand } from './dokploy/exec.ts';
import { forwardCommand, unforwardCommand } from './dokploy/forwards.ts';
import {
  deleteWorkspaceCommand,
  redeployWorkspaceCommand,
  restartWorkspaceCommand,
  startWorkspaceCommand,
  stopWorkspaceCommand,
} from './dokploy/lifecycle.ts';
import { workspaceLogsCommand } from './dokploy/logs.ts';
import {
  addServerCommand,
  listServersCommand,
  removeServerCommand,
  setServerCommand,
  testServerCommand,
} from './dokploy/servers.ts';
import { setWorkspaceCommand } from './dokploy/set.ts';
import { sshCommand } from './dokploy/ssh.ts';
import {
  adoptWorkspaceCommand,
  forgetHostKeyCommand,
  listWorkspacesCommand,
  sshConfigCommand,
} from './dokploy/workspaces.ts';
import { cancelJobCommand, jobsCommand } from './jobs/commands.ts';
import { providerCommand } from './provider/command.ts';
import type { Section } from './usage.ts';

/** Every command there is, as the help lists them. */
export const sections: readonly Section[] = [
  { title: 'The daemon', commands: [statusCommand, serveCommand, daemonLogsCommand, stopDaemonCommand] },
  {
    title: 'Code-servers',
    commands: [
      listCommand,
      createCommand,
      duplicateCommand,
      startCommand,
      restartCommand,
      stopCommand,
      openCommand,
      logsCommand,
      usageCommand,
      setCommand,
      renameCommand,
      installExtensionCommand,
      applySettingsCommand,
      fillCommand,
      deleteCommand,
      engineCommand,
      installCommand,
    ],
  },
  {
    title: 'Dev servers',
    commands: [
      listProjectsCommand,
      addProjectCommand,
      trustProjectCommand,
      startProjectCommand,
      restartProjectCommand,
      rebuildProjectCommand,
      stopProjectCommand,
      projectLogsCommand,
      removeProjectCommand,
      checkManifestCommand,
      importProjectCommand,
    ],
  },
  {
    title: 'Dokploy',
    commands: [
      listServersCommand,
      addServerCommand,
      setServerCommand,
      testServerCommand,
      removeServerCommand,
      listWorkspacesCommand,
      createWorkspaceCommand,
      startWorkspaceCommand,
      stopWorkspaceCommand,
      restartWorkspaceCommand,
      redeployWorkspaceCommand,
      setWorkspaceCommand,
      adoptWorkspaceCommand,
      execCommand,
      sshCommand,
      forwardCommand,
      unforwardCommand,
      workspaceLogsCommand,
      sshConfigCommand,
      forgetHostKeyCommand,
      deleteWorkspaceCommand,
    ],
  },
  { title: 'DevPod', commands: [providerCommand] },
  { title: 'Work in progress', commands: [jobsCommand, cancelJobCommand] },
  { title: 'devbox.yaml', commands: [showConfigCommand, checkConfigCommand, groupsCommand, templatesCommand] },
];
