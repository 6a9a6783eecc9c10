import * as vscode from 'vscode';
import type { CodeServer } from '../../api/contract/codeServers.ts';
import type { OperationInput } from '../../api/contract/operations.ts';
import { numberProblem } from '../creation/problems.ts';
import { idleText } from '../creation/summary.ts';
import { Failure } from '../shared/errorView.ts';
import { formatDuration } from '../shared/format.ts';
import type { Session } from '../shared/session.ts';
import type { CommandFamily } from './ids.ts';
import { targetOf } from './target.ts';

type OptionCommand =
  'devyard.codeServer.enableAutoStart' | 'devyard.codeServer.disableAutoStart' | 'devyard.codeServer.stopWhenIdle';

const idleChoices = [null, 15, 30, 60, 240] as const;
/** A week, the most the daemon takes. */
const maxIdleMinutes = 10_080;

/** When a code-server starts and stops by itself. */
export function optionCommands(session: Session): CommandFamily<OptionCommand> {
  const { l10n } = vscode;
  const setAutoStart = async (args: readonly unknown[], autoStart: boolean): Promise<void> => {
    const target = await targetOf(session, args, {
      placeholder: l10n.t('Which code-server?'),
      none: autoStart
        ? l10n.t('There is no code-server that does not start with Devyard.')
        : l10n.t('No code-server starts with Devyard.'),
      filter: (codeServer) => codeServer.autoStart !== autoStart,
    });
    if (target !== undefined) await patch(session, target, { autoStart });
  };
  return {
    'devyard.codeServer.enableAutoStart': (...args) => setAutoStart(args, true),
    'devyard.codeServer.disableAutoStart': (...args) => setAutoStart(args, false),
    'devyard.codeServer.stopWhenIdle': async (...args) => {
      const target = await targetOf(session, args, {
        placeholder: l10n.t('Which code-server?'),
        none: l10n.t('There is no code-server yet.'),
      });
      const answer = target && (await askForMinutes(target));
      if (target !== undefined && answer !== undefined) {
        await patch(session, target, { stopWhenIdleMinutes: answer.minutes });
      }
    },
  };
}

async function askForMinutes(target: CodeServer): Promise<{ readonly minutes: number | null } | undefined> {
  const { l10n } = vscode;
  const current = target.stopWhenIdleMinutes;
  const items = idleChoices.map((minutes) => ({
    label: minutes === null ? l10n.t('Never') : l10n.t('After {0}', formatDuration(minutes * 60_000, l10n)),
    description: minutes === current ? l10n.t('as now') : '',
    minutes: minutes as number | null | undefined,
  }));
  const isOther = current !== null && !idleChoices.some((minutes) => minutes === current);
  const custom = {
    label: l10n.t('Another Time…'),
    description: isOther ? l10n.t('now: {0}', idleText(current, l10n)) : '',
    minutes: undefined,
  };
  const picked = await vscode.window.showQuickPick([...items, custom], {
    title: l10n.t('Stop {0} When Idle', target.name),
    placeHolder: l10n.t('Stop it when no browser has been connected for how long?'),
  });
  if (picked === undefined) return undefined;
  if (picked.minutes !== undefined) return { minutes: picked.minutes };
  const answer = await vscode.window.showInputBox({
    title: l10n.t('Stop {0} When Idle', target.name),
    prompt: l10n.t('After how many minutes without a browser?'),
    value: String(current ?? 120),
    validateInput: (value) =>
      value.trim() === '' ? l10n.t('Enter a number.') : numberProblem(value, 1, maxIdleMinutes, l10n),
  });
  return answer === undefined ? undefined : { minutes: Number(answer) };
}

type PatchBody = OperationInput<'codeServers.patch'>['body'];

async function patch(session: Session, { id, name }: CodeServer, body: PatchBody): Promise<void> {
  try {
    const { client } = await session.connect();
    await client.call('codeServers.patch', { params: { id }, body });
  } catch (error) {
    throw new Failure(vscode.l10n.t('Could not change {0}', name), error, { codeServerId: id });
  }
}
