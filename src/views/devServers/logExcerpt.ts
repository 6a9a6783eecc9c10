import * as vscode from 'vscode';
import type { DevServer } from '../../api/contract/devServers.ts';
import type { Session } from '../shared/session.ts';
import { asLogEntry, DevServerLogFormatter } from './logLines.ts';

export const excerptScheme = 'devyard-dev-log';
/** Lines before and behind a hit. */
const linesBefore = 2000;
const linesBehind = 200;

/** Id of the project whose log a document is of. */
export function projectOfExcerpt(uri: vscode.Uri): string | undefined {
  return uri.query.split(' ')[0];
}

/** Log lines around a place as a document that cannot be edited: what is not in the output channel any more, too. */
export class LogExcerpts implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #session: Session;
  readonly #registration: vscode.Disposable;
  /** Texts of documents that are being opened. */
  readonly #texts = new Map<string, string>();

  constructor(session: Session) {
    this.#session = session;
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(excerptScheme, this);
  }

  /** Opens the log of a project with the cursor in the line that has this sequence number. */
  async show({ id, pluginID }: DevServer, seq: number): Promise<void> {
    const { client } = await this.#session.connect();
    const query = { count: linesBefore, before: seq + linesBehind };
    const { entries } = await client.call('devServers.logs', { params: { id }, query });
    const at = entries.findIndex((entry) => entry.seq >= seq);
    // Pieces of one line make one line of text, so the line is counted in the text before it.
    const text = (list: typeof entries): string => new DevServerLogFormatter(vscode.l10n).format(list.map(asLogEntry));
    const line = text(entries.slice(0, Math.max(0, at))).split('\n').length - 1;
    const uri = vscode.Uri.from({ scheme: excerptScheme, path: `/${pluginID}.log`, query: `${id} ${String(seq)}` });
    this.#texts.set(uri.toString(), text(entries));
    try {
      const document = await vscode.workspace.openTextDocument(uri);
      const place = new vscode.Position(Math.min(line, document.lineCount - 1), 0);
      const editor = await vscode.window.showTextDocument(document, { preview: true });
      const { range } = document.lineAt(place);
      editor.selection = new vscode.Selection(range.start, range.end);
      editor.revealRange(range, vscode.TextEditorRevealType.InCenter);
    } finally {
      this.#texts.delete(uri.toString());
    }
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? '';
  }

  dispose(): void {
    this.#registration.dispose();
  }
}
