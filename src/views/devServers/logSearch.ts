import { stripVTControlCharacters } from 'node:util';
import * as vscode from 'vscode';
import type { DevServer, DevServerLogEntry } from '../../api/contract/devServers.ts';
import { reasonOf } from '../shared/sessionState.ts';
import type { Session } from '../shared/session.ts';

/** Quiet after the last key before the log is searched. */
const typingMs = 150;
/** The newest hits; who wants an older one types more. */
const hits = 200;

interface Hit extends vscode.QuickPickItem {
  readonly seq: number | undefined;
}

/** Searches the whole log of a project while the person types. The sequence number of the line that was picked. */
export async function searchLog(
  session: Session,
  { id, pluginID }: DevServer,
  source: string | undefined,
): Promise<number | undefined> {
  const { l10n } = vscode;
  const picker = vscode.window.createQuickPick<Hit>();
  picker.title = source === undefined ? l10n.t('Search the Log of {0}', pluginID) : `${pluginID} · ${source}`;
  picker.placeholder = l10n.t('Text to look for, in whatever case');
  let timer: NodeJS.Timeout | undefined;
  let asking = new AbortController();
  const search = async (text: string, signal: AbortSignal): Promise<void> => {
    try {
      const { client } = await session.connect();
      const query = { count: hits, search: text, ...(source === undefined ? {} : { source }) };
      const { entries } = await client.call('devServers.logs', { params: { id }, query }, { signal });
      if (signal.aborted) return;
      picker.items =
        entries.length === 0 ? [nothing(l10n.t('No line contains this text'))] : entries.toReversed().map(hitOf);
    } catch (error) {
      if (!signal.aborted) picker.items = [nothing(reasonOf(error).message)];
    } finally {
      if (!signal.aborted) picker.busy = false;
    }
  };
  picker.onDidChangeValue((value) => {
    clearTimeout(timer);
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const text = value.slice(0, 200);
    picker.busy = text !== '';
    if (text === '') picker.items = [];
    else timer = setTimeout(() => void search(text, signal), typingMs);
  });
  try {
    return await new Promise<number | undefined>((resolve) => {
      picker.onDidAccept(() => {
        const seq = picker.selectedItems[0]?.seq;
        if (seq !== undefined) resolve(seq);
      });
      picker.onDidHide(() => resolve(undefined));
      picker.show();
    });
  } finally {
    clearTimeout(timer);
    asking.abort();
    picker.dispose();
  }
}

function hitOf({ seq, timestamp, source, message }: DevServerLogEntry): Hit {
  const text = stripVTControlCharacters(message).trim().slice(0, 300);
  const time = new Date(timestamp).toLocaleTimeString();
  // The daemon has searched already: the picker must not drop what it found in a colour.
  return { label: text, description: `${source} · ${time}`, alwaysShow: true, seq };
}

function nothing(text: string): Hit {
  return { label: text, alwaysShow: true, seq: undefined };
}
