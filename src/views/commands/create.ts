import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { CodeServer } from '../../api/contract/codeServers.ts';
import { nameProblem } from '../codeServers/nameProblem.ts';
import { Failure } from '../shared/errorView.ts';
import type { Session } from '../shared/session.ts';
import { runWizard, type Step } from '../shared/wizard.ts';
import { askChoice, askText } from '../shared/wizardInputs.ts';
import type { CommandFamily } from './ids.ts';
import { startWithProgress } from './lifecycle.ts';

interface Draft {
  name: string;
  source: 'empty' | 'existing' | 'workspace';
  /** Absolute path; undefined for an empty folder that Devyard makes. */
  folder: string | undefined;
  start: boolean;
}

export function createCommands(session: Session): CommandFamily<'devyard.codeServer.create'> {
  return {
    /** Gives the id of the new code-server; undefined when the person gave up. */
    'devyard.codeServer.create': async () => {
      // Connecting while the person answers: the daemon is up when the last answer is given.
      const connecting = session.connect();
      connecting.catch(() => undefined);
      const draft = await askForDraft();
      if (draft === undefined) return undefined;
      await connecting;
      const created = await create(session, draft);
      if (!draft.start) return created.id;
      const running = await startWithProgress(session, created);
      if (running !== undefined) void offerToOpen(running);
      return created.id;
    },
  };
}

async function create(session: Session, draft: Draft): Promise<CodeServer> {
  try {
    const { client } = await session.connect();
    const body = { name: draft.name, ...(draft.folder === undefined ? {} : { folder: draft.folder }) };
    const location = { viewId: 'devyard.codeServers' };
    return await vscode.window.withProgress({ location }, () =>
      client.call('codeServers.create', { body }, { idempotencyKey: randomUUID() }),
    );
  } catch (error) {
    throw new Failure(vscode.l10n.t('Could not create {0}', draft.name), error);
  }
}

async function offerToOpen({ id, name, port }: CodeServer): Promise<void> {
  const { l10n } = vscode;
  const openInBrowser = l10n.t('Open in Browser');
  const openBeside = l10n.t('Open Beside');
  const text = l10n.t('{0} is running on port {1}.', name, String(port));
  const chosen = await vscode.window.showInformationMessage(text, openInBrowser, openBeside);
  if (chosen === openInBrowser) await vscode.commands.executeCommand('devyard.codeServer.open', id);
  if (chosen === openBeside) await vscode.commands.executeCommand('devyard.codeServer.openInSimpleBrowser', id);
}

async function askForDraft(): Promise<Draft | undefined> {
  const title = vscode.l10n.t('Create Code Server');
  const draft: Draft = { name: '', source: 'empty', folder: undefined, start: true };
  const steps = [askName(title, draft), askSource(title, draft), askStart(title, draft)];
  return (await runWizard(steps)) ? draft : undefined;
}

function askName(title: string, draft: Draft): Step {
  const { l10n } = vscode;
  return (place) =>
    askText(
      { title, ...place },
      {
        value: draft.name,
        prompt: l10n.t('Name of the code-server'),
        placeholder: l10n.t('For example: api'),
        validate: (value) => nameProblem(value, l10n),
      },
      (value) => {
        draft.name = value.trim();
      },
    );
}

function askSource(title: string, draft: Draft): Step {
  const { l10n } = vscode;
  const workspaceFolders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const items = [
    {
      label: l10n.t('Empty Folder'),
      description: '',
      detail: l10n.t('Devyard makes a new folder for it'),
      iconPath: new vscode.ThemeIcon('new-folder'),
      source: 'empty' as const,
      folder: undefined,
    },
    {
      label: l10n.t('Existing Folder…'),
      description: '',
      detail: l10n.t('Choose a folder; Devyard will never erase it unasked'),
      iconPath: new vscode.ThemeIcon('folder-opened'),
      source: 'existing' as const,
      folder: undefined,
    },
    ...workspaceFolders.map(({ name, uri }) => ({
      label: l10n.t('Current Workspace Folder'),
      description: name,
      detail: uri.fsPath,
      iconPath: new vscode.ThemeIcon('root-folder'),
      source: 'workspace' as const,
      folder: uri.fsPath,
    })),
  ];
  return async (place) => {
    for (;;) {
      const active = items.find((item) => item.source === draft.source && item.folder === draft.folder) ?? items[0];
      const placeholder = l10n.t('Which folder does it open?');
      const result = await askChoice({ title, ...place }, { items, active, placeholder }, ({ source, folder }) => {
        draft.source = source;
        draft.folder = folder;
      });
      if (result !== 'next' || draft.source !== 'existing') return result;
      draft.folder = await chooseFolder();
      if (draft.folder !== undefined) return 'next';
    }
  };
}

async function chooseFolder(): Promise<string | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: vscode.l10n.t('Use This Folder'),
  });
  return chosen?.[0]?.fsPath;
}

function askStart(title: string, draft: Draft): Step {
  const { l10n } = vscode;
  const items = [
    { label: l10n.t('Create and Start'), iconPath: new vscode.ThemeIcon('play'), start: true },
    { label: l10n.t('Create Only'), iconPath: new vscode.ThemeIcon('circle-outline'), start: false },
  ];
  return (place) =>
    askChoice(
      { title, ...place },
      {
        items,
        active: items.find((item) => item.start === draft.start),
        placeholder: l10n.t('Start {0} now?', draft.name),
      },
      ({ start }) => {
        draft.start = start;
      },
    );
}
