import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { devyard, extensionId } from './host.ts';

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

/** The editor registers these for every view by itself. */
const viewCommand =
  /^devyard\.(codeServers|devServers|dokploy)\.(focus|open|resetViewLocation|removeView|toggleVisibility)$/;

export const tests: Record<string, () => Promise<void>> = {
  'the extension activates and starts nothing that nobody looks at': async () => {
    const { session, statusBar, dokploy } = await devyard();
    assert.equal(session.state.status, 'idle');
    assert.equal(statusBar.text, undefined);
    assert.equal(dokploy.parts, undefined, 'the bundle of the view Dokploy was loaded');
  },

  'the registered commands are those of the manifest': async () => {
    await devyard();
    const registered = (await vscode.commands.getCommands(true)).filter(
      (id) => id.startsWith('devyard.') && !viewCommand.test(id),
    );
    const manifest = vscode.extensions.getExtension(extensionId)?.packageJSON as Manifest;
    const listed = manifest.contributes.commands.map(({ command }) => command);
    assert.deepEqual(registered.sort(), listed.sort());
  },
};
