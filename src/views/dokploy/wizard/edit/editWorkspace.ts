import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Workspace } from '../../../../api/contract/dokploy.ts';
import type { Job } from '../../../../api/contract/jobs.ts';
import { Failure } from '../../../shared/errorView.ts';
import type { Session } from '../../../shared/session.ts';
import { askChoice } from '../../../shared/wizardInputs.ts';
import { followWork } from '../../progress.ts';
import { askSetting } from '../settings/askSetting.ts';
import {
  type SettingKey,
  type SettingLine,
  settingLines,
  type Settings,
  type SettingsPlace,
} from '../settings/settings.ts';
import { changedSettings, patchBody, settingsOf } from './changes.ts';

/** Asks what is to be otherwise, has the daemon change it, and follows the redeployment. */
export async function editWorkspace(session: Session, workspace: Workspace): Promise<void> {
  const settings = settingsOf(workspace);
  const changed = await askForChanges(workspace, settings);
  if (changed.length > 0) await apply(session, workspace, settings, changed);
}

async function apply(
  session: Session,
  workspace: Workspace,
  settings: Settings,
  changed: readonly SettingKey[],
): Promise<void> {
  const { l10n } = vscode;
  const { id, name } = workspace;
  const failure = l10n.t('Could not change {0}', name);
  const retry = (): unknown => apply(session, workspace, settings, changed);
  let job: Job;
  try {
    const { client } = await session.connect();
    const prefix = `${workspace.sshAlias ?? 'devyard'}-${randomBytes(4).toString('hex')}`;
    job = await client.call('dokploy.patch', { params: { id }, body: patchBody(settings, changed, prefix) });
  } catch (error) {
    throw new Failure(failure, error, { workspaceId: id, retry });
  }
  await followWork(session, { title: l10n.t('Changing {0}', name), failure, workspace, job, retry });
}

interface EditItem extends vscode.QuickPickItem {
  readonly choice?: 'apply' | SettingKey;
}

/** The settings in a list, each with its question; empty when the person gave up or changed nothing. */
async function askForChanges(workspace: Workspace, settings: Settings): Promise<readonly SettingKey[]> {
  const { l10n } = vscode;
  const before = { ...settings };
  const place: SettingsPlace = { docker: workspace.kind === 'compose', user: workspace.endpoint?.user ?? 'root' };
  const title = l10n.t('Edit {0}', workspace.name);
  for (;;) {
    const changed = changedSettings(before, settings);
    const picked: { choice: EditItem['choice'] } = { choice: undefined };
    const items = itemsOf(settingLines(settings, place, l10n), changed);
    const result = await askChoice<EditItem>(
      { title, step: 1, totalSteps: 1 },
      {
        items,
        active: items[0],
        placeholder:
          changed.length === 0
            ? l10n.t('What to change?')
            : l10n.t('What else to change? Applying deploys {0} anew: whatever runs in it ends', workspace.name),
        accept: ({ choice }) => {
          picked.choice = choice;
          return 'next';
        },
      },
    );
    if (result !== 'next' || picked.choice === undefined) return [];
    if (picked.choice === 'apply') return changed;
    const answer = await askSetting(picked.choice, { title, step: 2, totalSteps: 2 }, settings, place);
    if (answer === 'cancel') return [];
  }
}

function itemsOf(lines: readonly SettingLine[], changed: readonly SettingKey[]): readonly EditItem[] {
  const { l10n } = vscode;
  const apply: EditItem = {
    label: l10n.t('Apply and Redeploy'),
    description: changed.length === 1 ? l10n.t('1 change') : l10n.t('{0} changes', changed.length),
    iconPath: new vscode.ThemeIcon('rocket'),
    choice: 'apply',
  };
  const settings = lines.map(({ key, icon, label, value }): EditItem => ({
    label,
    description: changed.includes(key) ? l10n.t('{0} (changed)', value) : value,
    iconPath: new vscode.ThemeIcon(icon),
    choice: key,
  }));
  return changed.length === 0 ? settings : [apply, ...settings];
}
