import * as vscode from 'vscode';
import { managerSource } from '../devServers/logLines.ts';
import type { LogExcerpts } from '../devServers/logExcerpt.ts';
import { searchLog } from '../devServers/logSearch.ts';
import { logChannelName } from '../devServers/logs.ts';
import type { LogChannels } from '../shared/logChannels.ts';
import type { Session } from '../shared/session.ts';
import { devServerTarget } from './devServerTarget.ts';
import type { CommandFamily } from './ids.ts';

type LogCommand = 'devyard.devServer.showLogs' | 'devyard.devServer.filterLogs' | 'devyard.devServer.searchLogs';

/** *Show Logs* of a row shows what is written there: all of a project, or one process or build of it. */
export function devServerLogCommands(
  session: Session,
  channels: LogChannels,
  excerpts: LogExcerpts,
): CommandFamily<LogCommand> {
  const { l10n } = vscode;
  const question = {
    placeholder: l10n.t('Whose log?'),
    none: l10n.t('There is no project with dev servers yet.'),
  };
  return {
    'devyard.devServer.showLogs': async (...args) => {
      const target = await devServerTarget(session, args, question);
      if (target === undefined) return;
      const { id, pluginID } = target.devServer;
      channels.show(id, logChannelName(pluginID), target.part?.name);
    },
    'devyard.devServer.filterLogs': async (...args) => {
      const target = await devServerTarget(session, args, question);
      if (target === undefined) return;
      const { id, pluginID, processes, builds } = target.devServer;
      const one = (icon: string, name: string, description: string): SourceItem => ({
        label: name,
        description,
        iconPath: new vscode.ThemeIcon(icon),
        source: name,
      });
      const items: readonly SourceItem[] = [
        { label: l10n.t('Everything'), iconPath: new vscode.ThemeIcon('output'), source: undefined },
        ...processes.map(({ name }) => one('server-process', name, l10n.t('process'))),
        ...builds.map(({ name }) => one('tools', name, l10n.t('build'))),
        {
          label: 'Devyard',
          description: l10n.t('what Devyard itself says'),
          iconPath: new vscode.ThemeIcon('zap'),
          source: managerSource,
        },
      ];
      const placeHolder = l10n.t('Which lines of the log of {0}?', pluginID);
      const picked = await vscode.window.showQuickPick(items, { placeHolder });
      if (picked !== undefined) channels.show(id, logChannelName(pluginID), picked.source);
    },
    'devyard.devServer.searchLogs': async (...args) => {
      const target = await devServerTarget(session, args, question);
      if (target === undefined) return;
      const seq = await searchLog(session, target.devServer, target.part?.name);
      if (seq !== undefined) await excerpts.show(target.devServer, seq);
    },
  };
}

interface SourceItem extends vscode.QuickPickItem {
  readonly source: string | undefined;
}
