import * as vscode from 'vscode';
import type { DevboxConfigView } from '../../api/contract/config.ts';
import type { Step } from '../shared/wizard.ts';
import { askChoice } from '../shared/wizardInputs.ts';
import type { SourceKind } from './draft.ts';
import { typesText } from './problems.ts';
import type { Wizard } from './wizardParts.ts';

interface SourceItem extends vscode.QuickPickItem {
  readonly source: SourceKind;
  readonly folder?: string;
}

/** Where the files come from. Choosing one again asks for its details again, with what was answered before. */
export function sourceStep({ title, draft, offer }: Wizard): Step {
  const { l10n } = vscode;
  return {
    id: 'source',
    reopens: ['folder', 'archive', 'git', 'branch', 'template', 'groups'],
    ask: (place) => {
      const { config } = offer();
      const items = sourceItems(config);
      const wanted = draft.source ?? config.defaultWorkspaceType;
      const same = items.filter((item) => item.source === wanted);
      const active = same.find((item) => item.folder === draft.workspaceFolder) ?? same[0] ?? items[0];
      return askChoice(
        { title, ...place },
        {
          items,
          active,
          placeholder: l10n.t('Where do its files come from?'),
          accept: ({ source, folder }) => {
            // A template brought its groups; they go with it.
            if (draft.source === 'template' && source !== 'template') draft.groups = undefined;
            draft.source = source;
            draft.workspaceFolder = folder;
            return 'next';
          },
        },
      );
    },
  };
}

function sourceItems({ templateTabs, supportedArchiveTypes }: DevboxConfigView): readonly SourceItem[] {
  const { l10n } = vscode;
  const workspaceFolders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const item = (icon: string, source: SourceKind, label: string, detail: string): SourceItem => ({
    label,
    detail,
    iconPath: new vscode.ThemeIcon(icon),
    source,
  });
  const template = item(
    'layout',
    'template',
    l10n.t('Template…'),
    l10n.t('A prepared repository with its extensions, from devbox.yaml'),
  );
  return [
    item('new-folder', 'empty', l10n.t('Empty Folder'), l10n.t('Devyard makes a new folder for it')),
    item(
      'folder-opened',
      'folder',
      l10n.t('Existing Folder…'),
      l10n.t('Choose a folder; Devyard will never erase it unasked'),
    ),
    ...workspaceFolders.map(({ name, uri }) => ({
      ...item('root-folder', 'workspace', l10n.t('Current Workspace Folder'), uri.fsPath),
      description: name,
      folder: uri.fsPath,
    })),
    item('source-control', 'git', l10n.t('Git Repository…'), l10n.t('Cloned into a new folder, with your credentials')),
    item(
      'file-zip',
      'archive',
      l10n.t('Archive…'),
      l10n.t('A {0} file, unpacked into a new folder', typesText(supportedArchiveTypes, l10n)),
    ),
    ...(templateTabs.some(({ items }) => items.length > 0) ? [template] : []),
  ];
}
