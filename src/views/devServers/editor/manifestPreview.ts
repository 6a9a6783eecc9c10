import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';

/** A devyard.yaml that nobody has accepted yet. */
interface Preview {
  readonly document: vscode.TextDocument;
  /** Where it is written when it is accepted. Absolute. */
  readonly path: string;
}

/** Lists the documents that have the button *Accept* in their title. */
const contextKey = 'devyard.manifestPreviews';

/**
 * Proposed manifests, each in an unsaved editor: what a person reads, changes and saves is what counts, and nothing is written
 * or runs before. Saving it and accepting it are the same.
 */
export class ManifestPreviews implements vscode.Disposable {
  readonly #open = new Map<string, Preview>();
  #subscriptions: vscode.Disposable | undefined;

  dispose(): void {
    this.#subscriptions?.dispose();
  }

  /** Shows a proposed text. Resolves when the person has answered; a message that was closed leaves the preview as it is. */
  async offer(path: string, text: string, notes: readonly string[]): Promise<void> {
    this.#listen();
    const document = await untitled(path, text);
    const preview = { document, path };
    this.#open.set(document.uri.toString(), preview);
    this.#tell();
    await vscode.window.showTextDocument(document, { preview: false });
    const { l10n } = vscode;
    const [accept, discard] = [l10n.t('Accept'), l10n.t('Discard')];
    const question = l10n.t('Write this to {0}? Nothing of it has run.', vscode.workspace.asRelativePath(path));
    const message = [question, ...notes].join(' ');
    const chosen = await vscode.window.showInformationMessage(message, accept, discard);
    if (chosen === accept) await this.accept(document.uri);
    if (chosen === discard && this.#open.has(document.uri.toString())) await this.#close(preview);
  }

  /** Writes a preview, the one in front when none is named, and adds its projects. */
  async accept(uri = vscode.window.activeTextEditor?.document.uri): Promise<void> {
    const preview = uri && this.#open.get(uri.toString());
    if (preview === undefined) return;
    const { document, path } = preview;
    if (hasPath(document, path)) {
      await vscode.window.showTextDocument(document, { preview: false });
      // The listener for saved documents does the rest, as it does when the person saves it.
      if (!(await document.save())) throw new Error(vscode.l10n.t('{0} could not be saved.', path));
      return;
    }
    if ((await exists(path)) && !(await mayOverwrite(path))) return;
    await vscode.workspace.fs.writeFile(vscode.Uri.file(path), Buffer.from(document.getText()));
    await this.#close(preview);
    await vscode.window.showTextDocument(vscode.Uri.file(path), { preview: false });
    await add(path);
  }

  #listen(): void {
    this.#subscriptions ??= vscode.Disposable.from(
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        for (const preview of this.#open.values()) {
          if (uri.scheme !== 'file' || uri.fsPath !== preview.path || !hasPath(preview.document, preview.path))
            continue;
          this.#forget(preview.document.uri);
          void add(preview.path);
        }
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        // A saved preview is closed as one document and opened as another: word of the saving may come second.
        setTimeout(() => {
          if (this.#open.get(uri.toString())?.document.isClosed === true) this.#forget(uri);
        }, closedForgottenMs);
      }),
    );
  }

  async #close({ document }: Preview): Promise<void> {
    this.#forget(document.uri);
    if (document.isClosed) return;
    await vscode.window.showTextDocument(document, { preview: false });
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  }

  #forget(uri: vscode.Uri): void {
    if (this.#open.delete(uri.toString())) this.#tell();
  }

  #tell(): void {
    void vscode.commands.executeCommand('setContext', contextKey, [...this.#open.keys()]);
  }
}

const closedForgottenMs = 1000;

/** By the command, which says what came of it, or what is wrong. */
const add = (path: string): Thenable<unknown> => vscode.commands.executeCommand('devyard.devServers.add', path);

const hasPath = ({ uri }: vscode.TextDocument, path: string): boolean =>
  uri.scheme === 'untitled' && uri.fsPath === path;

/** An unsaved document that knows where it belongs; where a file is already it knows nothing, and is written when accepted. */
async function untitled(path: string, text: string): Promise<vscode.TextDocument> {
  if (await exists(path)) return await vscode.workspace.openTextDocument({ language: 'yaml', content: text });
  const uri = vscode.Uri.file(path).with({ scheme: 'untitled' });
  const document = await vscode.workspace.openTextDocument(uri);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  await vscode.workspace.applyEdit(edit);
  return document;
}

async function mayOverwrite(path: string): Promise<boolean> {
  const { l10n } = vscode;
  const overwrite = l10n.t('Overwrite');
  const message = l10n.t('Overwrite {0}?', path);
  const detail = l10n.t('What it says now is lost.');
  return (await vscode.window.showWarningMessage(message, { modal: true, detail }, overwrite)) === overwrite;
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
