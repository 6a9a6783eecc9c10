import * as vscode from 'vscode';
import type { CodeServer } from '../../api/contract/codeServers.ts';
import { type GroupItem, groupItem } from '../creation/groupsStep.ts';
import { loadOffer, type Offer } from '../creation/offer.ts';
import { extensionProblem } from '../creation/problems.ts';
import { countText } from '../creation/summary.ts';
import { asFailure, Failure } from '../shared/errorView.ts';
import type { Session } from '../shared/session.ts';
import type { CommandFamily } from './ids.ts';
import { followWork } from './jobProgress.ts';
import { targetOf } from './target.ts';

/** What is installed: ids and `.vsix` paths, and keys of groups. */
interface Wanted {
  readonly extensions: readonly string[];
  readonly groups: readonly string[];
  readonly configFile: string | undefined;
}

/** Extensions and settings of a code-server that exists. */
export function extensionCommands(
  session: Session,
): CommandFamily<'devyard.codeServer.installExtensions' | 'devyard.codeServer.applyGroupSettings'> {
  const { l10n } = vscode;
  const none = l10n.t('There is no code-server yet.');
  return {
    /** A list of ids or paths as second argument is installed without a question. */
    'devyard.codeServer.installExtensions': async (...args) => {
      const placeholder = l10n.t('Into which code-server?');
      const target = await targetOf(session, args, { placeholder, none });
      if (target === undefined) return;
      const given = args[1];
      const wanted = isTexts(given)
        ? { extensions: given, groups: [], configFile: undefined }
        : await askForExtensions(await loadOffer(session), target);
      if (wanted !== undefined) await install(session, target, wanted);
    },
    'devyard.codeServer.applyGroupSettings': async (...args) => {
      const placeholder = l10n.t('Whose settings?');
      const target = await targetOf(session, args, { placeholder, none });
      if (target !== undefined) await applySettings(session, target);
    },
  };
}

/** A row of the tree passes the selection as second argument; that is no list of extensions. */
function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string' && one.includes('.'));
}

interface OtherItem extends vscode.QuickPickItem {
  readonly group: undefined;
  readonly ask: (() => PromiseLike<readonly string[] | undefined>) | undefined;
}

async function askForExtensions({ config, configFile }: Offer, target: CodeServer): Promise<Wanted | undefined> {
  const { l10n } = vscode;
  const title = l10n.t('Install Extensions in {0}', target.name);
  const others: readonly OtherItem[] = [
    {
      label: l10n.t('Extension Id…'),
      detail: l10n.t('By its id in the gallery, such as ms-python.python'),
      iconPath: new vscode.ThemeIcon('edit'),
      group: undefined,
      ask: () => askForId(title),
    },
    {
      label: l10n.t('From VSIX File…'),
      detail: l10n.t('Packages on this computer'),
      iconPath: new vscode.ThemeIcon('file-zip'),
      group: undefined,
      ask: askForFiles,
    },
    { label: l10n.t('groups'), kind: vscode.QuickPickItemKind.Separator, group: undefined, ask: undefined },
  ];
  const groups = config.extensionGroups.map((group): GroupItem => {
    const had = target.extensionGroups.includes(group.key);
    return { ...groupItem(group), iconPath: new vscode.ThemeIcon(had ? 'check' : 'extensions') };
  });
  const picked = await vscode.window.showQuickPick<GroupItem | OtherItem>([...others, ...groups], {
    title,
    placeHolder: l10n.t('Which extensions? A group brings its settings, too'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (picked === undefined) return undefined;
  if (picked.group !== undefined) return { extensions: [], groups: [picked.group.key], configFile };
  const extensions = await picked.ask?.();
  return extensions && { extensions, groups: [], configFile };
}

async function askForId(title: string): Promise<readonly string[] | undefined> {
  const { l10n } = vscode;
  const split = (text: string): readonly string[] => text.split(/[\s,]+/).filter((id) => id !== '');
  const answer = await vscode.window.showInputBox({
    title,
    prompt: l10n.t('Id of the extension; several with blanks between them'),
    placeHolder: l10n.t('For example: ms-python.python'),
    validateInput: (text) => {
      const ids = split(text);
      return ids.length === 0
        ? extensionProblem('', l10n)
        : ids.map((id) => extensionProblem(id, l10n)).find((problem) => problem !== undefined);
    },
  });
  return answer === undefined ? undefined : split(answer);
}

async function askForFiles(): Promise<readonly string[] | undefined> {
  const { l10n } = vscode;
  const chosen = await vscode.window.showOpenDialog({
    title: l10n.t('Choose VSIX files'),
    openLabel: l10n.t('Install'),
    canSelectMany: true,
    filters: { [l10n.t('VSIX extensions')]: ['vsix'] },
  });
  return chosen?.map(({ fsPath }) => fsPath);
}

async function install(
  session: Session,
  target: CodeServer,
  { extensions, groups, configFile }: Wanted,
): Promise<void> {
  const { l10n } = vscode;
  const failure = l10n.t('Could not install extensions in {0}', target.name);
  const retry = (): unknown => install(session, target, { extensions, groups, configFile });
  try {
    const { client } = await session.connect();
    const body = {
      ...(extensions.length === 0 ? {} : { extensions: [...extensions] }),
      ...(groups.length === 0 ? {} : { extensionGroups: [...groups] }),
      ...(configFile === undefined ? {} : { configFile }),
    };
    const job = await client.call('codeServers.installExtensions', { params: { id: target.id }, body });
    const title = l10n.t('Installing {0} in {1}', countText(job.items.length, l10n), target.name);
    const done = await followWork(session, { title, failure, target, job, starts: false, retry });
    const installed = session.snapshot.jobs.get(job.id)?.state.status === 'succeeded';
    if (done !== undefined && installed && job.items.length > 0) tellInstalled(done, job.items.length);
  } catch (error) {
    throw asFailure(error) ?? new Failure(failure, error, { codeServerId: target.id, retry });
  }
}

function tellInstalled(target: CodeServer, count: number): void {
  const { l10n } = vscode;
  const what = l10n.t('{0} installed in {1}.', countText(count, l10n), target.name);
  const running = target.state.status === 'running' || target.state.status === 'unhealthy';
  // code-server reads its list of extensions when a window is loaded.
  const text = running ? `${what} ${l10n.t('Reload its window to use what is new.')}` : what;
  void vscode.window.showInformationMessage(text);
}

async function applySettings(session: Session, target: CodeServer): Promise<void> {
  const { l10n } = vscode;
  const { config, configFile } = await loadOffer(session);
  const items = config.extensionGroups.flatMap((group) => {
    const keys = Object.keys(group.userSettings);
    return keys.length === 0
      ? []
      : [{ label: group.name, description: group.description, detail: keys.join(', '), group }];
  });
  if (items.length === 0) {
    void vscode.window.showInformationMessage(l10n.t('No extension group has settings.'));
    return;
  }
  const picked = await vscode.window.showQuickPick(items, {
    title: l10n.t('Apply Settings to {0}', target.name),
    placeHolder: l10n.t('The settings of which group?'),
    matchOnDetail: true,
  });
  if (picked === undefined) return;
  let applied: { readonly file: string; readonly changed: readonly string[] };
  try {
    const { client } = await session.connect();
    const body = { extensionGroup: picked.group.key, ...(configFile === undefined ? {} : { configFile }) };
    applied = await client.call('codeServers.applySettings', { params: { id: target.id }, body });
  } catch (error) {
    throw new Failure(l10n.t('Could not change the settings of {0}', target.name), error, { codeServerId: target.id });
  }
  const open = l10n.t('Open Settings File');
  const text =
    applied.changed.length === 0
      ? l10n.t('{0} has all settings of {1} already.', target.name, picked.label)
      : l10n.t('Changed in the settings of {0}: {1}.', target.name, applied.changed.join(', '));
  if ((await vscode.window.showInformationMessage(text, open)) === open) {
    await vscode.window.showTextDocument(vscode.Uri.file(applied.file));
  }
}
