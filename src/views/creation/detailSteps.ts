import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Step } from '../shared/wizard.ts';
import { askText } from '../shared/wizardInputs.ts';
import { branchStep } from './branchStep.ts';
import { archiveProblem, gitUrlProblem } from './problems.ts';
import type { Wizard } from './wizardParts.ts';

/** What a source needs to be known more. */
export function detailSteps(wizard: Wizard): readonly Step[] {
  const { draft } = wizard;
  return [folderStep(wizard), archiveStep(wizard), gitStep(wizard), branchStep(wizard, () => draft.source === 'git')];
}

function folderStep({ draft }: Wizard): Step {
  const { l10n } = vscode;
  return {
    id: 'folder',
    applies: () => draft.source === 'folder',
    ask: async () => {
      const chosen = await vscode.window.showOpenDialog({
        title: l10n.t('Folder of {0}', draft.name),
        canSelectFiles: false,
        canSelectFolders: true,
        openLabel: l10n.t('Use This Folder'),
        ...(draft.folder === undefined ? {} : { defaultUri: vscode.Uri.file(draft.folder) }),
      });
      const path = chosen?.[0]?.fsPath;
      if (path === undefined) return 'back';
      draft.folder = path;
      return 'next';
    },
  };
}

function archiveStep({ title, draft, offer }: Wizard): Step {
  const { l10n } = vscode;
  return {
    id: 'archive',
    applies: () => draft.source === 'archive',
    ask: (place) => {
      const types = offer().config.supportedArchiveTypes;
      return askText(
        { title, ...place },
        {
          value: draft.archive ?? '',
          prompt: l10n.t('Path of the archive on this computer; the folder above opens a dialog'),
          placeholder: l10n.t('For example: /home/me/Downloads/project.zip'),
          validate: (value) => archiveProblem(value, types, l10n),
          accept: async (value) => {
            const path = value.trim().replace(/^~\//, () => join(homedir(), '/'));
            const entry = await stat(path).catch(() => undefined);
            if (entry?.isFile() !== true) return l10n.t('There is no such file.');
            draft.archive = path;
            return undefined;
          },
          button: { icon: 'folder-opened', tooltip: l10n.t('Browse…'), press: () => browse(types) },
        },
      );
    },
  };
}

async function browse(types: readonly string[]): Promise<string | undefined> {
  const { l10n } = vscode;
  // A dialog knows the last part of an ending only: `gz` of `.tar.gz`.
  const extensions = [...new Set(types.map((type) => type.split('.').at(-1) ?? ''))].filter((type) => type !== '');
  const chosen = await vscode.window.showOpenDialog({
    title: l10n.t('Choose an archive'),
    openLabel: l10n.t('Use This Archive'),
    filters: { [l10n.t('Archives')]: extensions },
  });
  return chosen?.[0]?.fsPath;
}

function gitStep({ title, draft }: Wizard): Step {
  const { l10n } = vscode;
  return {
    id: 'git',
    applies: () => draft.source === 'git',
    ask: (place) =>
      askText(
        { title, ...place },
        {
          value: draft.gitUrl ?? '',
          prompt: l10n.t('Repository to clone: https://…, ssh://…, git@host:path or a path of this computer'),
          placeholder: l10n.t('For example: https://git.example.com/team/project.git'),
          validate: (value) => gitUrlProblem(value, l10n),
          accept: (value) => {
            draft.gitUrl = value.trim();
            return undefined;
          },
        },
      ),
  };
}
