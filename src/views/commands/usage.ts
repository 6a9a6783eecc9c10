import * as vscode from 'vscode';
import type { Session } from '../shared/session.ts';
import type { UsagePanels } from '../usage/panels.ts';
import type { CommandFamily } from './ids.ts';
import { targetOf } from './target.ts';

export function usageCommands(session: Session, panels: UsagePanels): CommandFamily<'devyard.codeServer.showUsage'> {
  const { l10n } = vscode;
  return {
    'devyard.codeServer.showUsage': async (...args) => {
      const target = await targetOf(session, args, {
        placeholder: l10n.t('Whose CPU and memory to show?'),
        none: l10n.t('There is no code-server yet.'),
      });
      if (target !== undefined) panels.show(target);
    },
  };
}
